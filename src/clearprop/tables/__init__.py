"""Files and data frames, turned into columns, and columns into numbers."""
