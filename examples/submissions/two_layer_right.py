"""Homework 3: a two-layer network by hand (sigmoid, then softmax)."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)   # otherwise exp() overflows
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def forward(W, b, X):
    h = sigmoid(X @ W[0].T + b[0])
    p = softmax(h @ W[1].T + b[1])
    return h, p


def loss(W, b, X, Y):
    _, p = forward(W, b, X)
    return -np.sum(Y * np.log(p)) / len(X)


def gradients(W, b, X, Y):
    """dW, db of the mean cross-entropy. W[l] is (out, in), rows of X are samples, Y is one-hot."""
    m = len(X)
    h, p = forward(W, b, X)

    d2 = (p - Y) / m                      # softmax + cross-entropy: nice and short
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)

    d1 = (d2 @ W[1]) * h * (1 - h)        # back through W2, then sigmoid'
    dW1 = d1.T @ X
    db1 = d1.sum(axis=0)

    return [dW1, dW2], [db1, db2]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    labels = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 0] > 1)
    Y = np.eye(3)[labels]

    W = [rng.normal(size=(8, 2)), rng.normal(size=(3, 8))]
    b = [np.zeros(8), np.zeros(3)]
    for epoch in range(2001):
        dW, db = gradients(W, b, X, Y)
        for l in range(2):
            W[l] -= 0.5 * dW[l]
            b[l] -= 0.5 * db[l]
        if epoch % 500 == 0:
            acc = np.mean(forward(W, b, X)[1].argmax(1) == labels)
            print("epoch", epoch, "loss", round(loss(W, b, X, Y), 4), "accuracy", acc)
