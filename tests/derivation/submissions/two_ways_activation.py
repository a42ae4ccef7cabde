import numpy as np


class NeuralNetwork(object):
    def __init__(self, nn_input_dim, nn_hidden_dim, nn_output_dim, actFun_type="tanh", seed=0):
        self.nn_input_dim = nn_input_dim
        self.actFun_type = actFun_type
        self.W1 = np.random.randn(nn_input_dim, nn_hidden_dim)
        self.b1 = np.zeros((1, nn_hidden_dim))
        self.W2 = np.random.randn(nn_hidden_dim, nn_output_dim)
        self.b2 = np.zeros((1, nn_output_dim))

    def actFun(self, z, type):
        return np.tanh(z)

    def diff_actFun(self, z, type):
        return 1 - np.tanh(z) ** 2

    def feedforward(self, X, actFun):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = actFun(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        e = np.exp(self.z2)
        self.probs = e / e.sum(axis=1, keepdims=True)
        return None

    def calculate_loss(self, X, y):
        self.feedforward(X, lambda x: self.actFun(x, type=self.actFun_type))
        return -np.log(self.probs[range(len(X)), y]).sum() / len(X)

    def backprop(self, X, y):
        num = len(X)
        d3 = self.probs.copy()
        d3[range(num), y] -= 1
        d3 /= num
        dW2 = self.a1.T @ d3
        db2 = d3.sum(axis=0, keepdims=True)
        d2 = d3 @ self.W2.T * self.diff_actFun(self.z1, self.actFun_type)
        dW1 = X.T @ d2
        db1 = d2.sum(axis=0)
        return dW1, dW2, db1, db2
