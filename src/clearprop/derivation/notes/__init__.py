"""The two notes that the mathematics comes from, judged formula by formula: what holds, what does not, and why."""
