"""Differentiation rule by rule: any formula, every f′, softmax, the output layer."""
