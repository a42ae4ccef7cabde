"""Models in and out: the Clearprop model file, and any kind of model worked out with numbers."""

from clearprop.interchange.model_file import ModelFileError, load, save

__all__ = ["ModelFileError", "load", "save"]
