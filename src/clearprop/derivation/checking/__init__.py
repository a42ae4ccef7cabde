"""How every line is tried: points with exact numbers, and the values of expressions there."""
