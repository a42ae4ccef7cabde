"""The files beside this one are read as a person's code, never collected or imported."""

collect_ignore_glob = ["*.py"]
