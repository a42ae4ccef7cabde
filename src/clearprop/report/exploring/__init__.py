"""What the explorer is given: a network on rows with every number, and its formulas as trees to be filled in."""
