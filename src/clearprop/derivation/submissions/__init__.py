"""Code that people hand in: found in a file or object by its form, called in its own conventions, answering in ours."""
