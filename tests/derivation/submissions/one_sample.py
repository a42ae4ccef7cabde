import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class MLP:
    def __init__(self, layer_sizes):
        self.W = [np.random.randn(n, k) for k, n in zip(layer_sizes[:-1], layer_sizes[1:])]
        self.b = [np.random.randn(n, 1) for n in layer_sizes[1:]]

    def predict(self, x):
        self.A = [x]
        for w, b in zip(self.W, self.b):
            self.A.append(sigmoid(w @ self.A[-1] + b))
        return self.A[-1]

    def backprop(self, x, y):
        a = self.predict(x)
        dz = (a - y) * a * (1 - a)
        dW = [None] * len(self.W)
        db = [None] * len(self.W)
        for l in range(len(self.W) - 1, -1, -1):
            dW[l] = dz @ self.A[l].T
            db[l] = dz
            dz = self.W[l].T @ dz * self.A[l] * (1 - self.A[l])
        return (dW, db)
