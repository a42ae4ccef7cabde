"""The mathematics of fully connected networks: each fact once, as pure functions on arrays."""
