import numpy as np


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def initialisation(n0, n1, n2):
    return {"W1": np.random.randn(n0, n1), "b1": np.zeros((1, n1)),
            "W2": np.random.randn(n1, n2), "b2": np.zeros((1, n2))}


def forward_propagation(X, parametres):
    A1 = sigmoide(X @ parametres["W1"] + parametres["b1"])
    A2 = sigmoide(A1 @ parametres["W2"] + parametres["b2"])
    activations = {"A1": A1, "A2": A2}
    return activations


def back_propagation(X, y, activations, parametres):
    A1, A2 = activations["A1"], activations["A2"]
    m = X.shape[0]
    dZ2 = (A2 - y) * A2 * (1 - A2)
    dW2 = A1.T @ dZ2 / m
    db2 = dZ2.mean(axis=0, keepdims=True)
    dZ1 = dZ2 @ parametres["W2"].T * A1 * (1 - A1)
    dW1 = X.T @ dZ1 / m
    db1 = dZ1.mean(axis=0, keepdims=True)
    gradients = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return gradients
