"""Gradients as numbers: what is differentiated, measured without any formula for the gradient, and compared."""
