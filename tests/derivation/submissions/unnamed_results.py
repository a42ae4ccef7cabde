import numpy as np


def forward(X, W1, b1, W2, b2):
    z1 = np.dot(X, W1) + b1
    a1 = np.tanh(z1)
    z2 = np.dot(a1, W2) + b2
    exp = np.exp(z2)
    y_hat = exp / np.sum(exp, axis=1, keepdims=True)
    return z1, a1, z2, y_hat


def backward(X, y, a1, y_hat, W2):
    m = X.shape[0]
    delta3 = y_hat
    delta3[range(m), y] -= 1
    delta3 = delta3 / m
    dW2 = a1.T @ delta3
    db2 = np.sum(delta3, axis=0, keepdims=True)
    delta2 = delta3 @ W2.T * (1 - a1**2)
    return X.T @ delta2, np.sum(delta2, axis=0), dW2, db2
