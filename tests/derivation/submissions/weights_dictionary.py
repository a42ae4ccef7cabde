import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def feed_forward(X, weights):
    z1 = X @ weights["w1"] + weights["b1"]
    a1 = np.maximum(0, z1)
    z2 = a1 @ weights["w2"] + weights["b2"]
    e = np.exp(z2)
    out = e / e.sum(axis=1, keepdims=True)
    return {"z1": z1, "a1": a1, "z2": z2, "out": out}


def backprop(X, y, weights, cache):
    m = len(y)
    d = (cache["out"] - y) / m
    grads = {}
    grads["w2"] = cache["a1"].T @ d
    grads["b2"] = d.sum(0)
    d1 = d @ weights["w2"].T * (cache["z1"] > 0)
    grads["w1"] = X.T @ d1
    grads["b1"] = d1.sum(0)
    return grads
