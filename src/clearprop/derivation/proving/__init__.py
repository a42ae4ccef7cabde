"""How proofs are made: what is claimed, and the two ways to check it."""
