"""Derive, work, prove: every gradient explained on the network at hand, and nothing shown that was not verified."""
