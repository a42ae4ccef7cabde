"""Programs that are timed or weighed as whole processes: each imports what it needs and no more."""
