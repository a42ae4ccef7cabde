"""Models in and out: the Clearprop model file."""
