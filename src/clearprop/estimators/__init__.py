"""Estimators that behave as scikit-learn's do."""
