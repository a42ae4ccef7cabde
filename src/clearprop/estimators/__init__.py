"""Estimators that behave as scikit-learn's do; the package root has their names, so that this loads nothing."""
