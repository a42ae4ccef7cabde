"""Derivations of a whole network: entry by entry, one sample, a batch, and the chapters around them."""
