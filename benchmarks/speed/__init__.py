"""How fast Clearprop is beside its peers, and beside what the machine can do: `python -m benchmarks.speed`."""
