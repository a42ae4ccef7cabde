"""Who does the arithmetic: one interface, one result."""
