"""Models in and out: the Clearprop model file."""

from clearprop.interchange.model_file import ModelFileError, load, save

__all__ = ["ModelFileError", "load", "save"]
