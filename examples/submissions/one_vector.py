#!/usr/bin/env python3
"""All parameters in one vector, so that a generic optimiser can be used.

layout of `params`:  W1 (Dx*H)  b1 (H)  W2 (H*Dy)  b2 (Dy)
"""

import numpy as np


def softmax(x):
    x = x - np.max(x, axis=1, keepdims=True)
    x = np.exp(x)
    return x / np.sum(x, axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(f):
    # f is the VALUE of the sigmoid
    return f * (1 - f)


def forward_backward_prop(X, labels, params, dimensions):
    # ---- unpack ----
    Dx, H, Dy = dimensions
    i = 0
    W1 = params[i:i + Dx * H].reshape(Dx, H)
    i += Dx * H
    b1 = params[i:i + H].reshape(1, H)
    i += H
    W2 = params[i:i + H * Dy].reshape(H, Dy)
    i += H * Dy
    b2 = params[i:i + Dy].reshape(1, Dy)

    # ---- forward ----
    z1 = X @ W1 + b1
    h = sigmoid(z1)
    z2 = h @ W2 + b2
    y_hat = softmax(z2)
    cost = -np.sum(labels * np.log(y_hat))      # summed over the batch, not averaged

    # ---- backward ----
    delta2 = y_hat - labels
    gradW2 = h.T @ delta2
    gradb2 = delta2.sum(axis=0)
    delta1 = (delta2 @ W2.T) * sigmoid_grad(z1)
    gradW1 = X.T @ delta1
    gradb1 = delta1.sum(axis=0)

    grad = np.concatenate([gradW1.ravel(), gradb1.ravel(), gradW2.ravel(), gradb2.ravel()])
    return cost, grad


if __name__ == "__main__":
    np.random.seed(0)
    N, dimensions = 20, [10, 5, 10]
    data = np.random.randn(N, dimensions[0])
    labels = np.zeros((N, dimensions[2]))
    labels[np.arange(N), np.random.randint(0, dimensions[2], N)] = 1
    n = (dimensions[0] + 1) * dimensions[1] + (dimensions[1] + 1) * dimensions[2]
    params = 0.1 * np.random.randn(n)

    for step in range(50):
        cost, grad = forward_backward_prop(data, labels, params, dimensions)
        params -= 0.001 * grad
        if step % 10 == 0:
            print(step, cost)
