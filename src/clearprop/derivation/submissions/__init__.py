"""Code that people hand in: found in their file or object by its form, called in its own conventions, answers in ours."""
