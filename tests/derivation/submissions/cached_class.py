import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class NN:
    def __init__(self, layer_dims):
        self.parameters = {}
        for l in range(1, len(layer_dims)):
            self.parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
            self.parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
        self.L = len(layer_dims) - 1

    def forward(self, X):
        cache = {"A0": X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.parameters["W" + str(l)] @ A + self.parameters["b" + str(l)]
            A = np.tanh(Z) if l < self.L else sigmoid(Z)
            cache["Z" + str(l)] = Z
            cache["A" + str(l)] = A
        return A, cache

    def compute_cost(self, AL, Y):
        m = Y.shape[1]
        return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m

    def backward(self, AL, Y, cache):
        grads = {}
        m = Y.shape[1]
        dZ = AL - Y
        for l in range(self.L, 0, -1):
            grads["dW" + str(l)] = dZ @ cache["A" + str(l - 1)].T / m
            grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                dZ = self.parameters["W" + str(l)].T @ dZ * (1 - cache["A" + str(l - 1)] ** 2)
        return grads
