"""How good Clearprop's models of tables are beside its peers', and at what cost: `python -m benchmarks.accuracy`."""
