import numpy as np


class NeuralNetwork:
    def __init__(self, n_input, n_hidden, n_output, reg_lambda=0.01, seed=0):
        np.random.seed(seed)
        self.reg_lambda = reg_lambda
        self.W1 = np.random.randn(n_input, n_hidden) / np.sqrt(n_input)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_output) / np.sqrt(n_hidden)
        self.b2 = np.zeros((1, n_output))

    def feedforward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.tanh(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        exp_scores = np.exp(self.z2)
        self.probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

    def calculate_loss(self, X, y):
        self.feedforward(X)
        loss = -np.sum(np.log(self.probs[range(len(X)), y]))
        loss += self.reg_lambda / 2 * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))
        return loss

    def backprop(self, X, y):
        delta3 = self.probs.copy()
        delta3[range(len(X)), y] -= 1
        dW2 = self.a1.T @ delta3 + self.reg_lambda * self.W2
        db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3 @ self.W2.T * (1 - self.a1 ** 2)
        dW1 = X.T @ delta2 + self.reg_lambda * self.W1
        db1 = np.sum(delta2, axis=0)
        return dW1, dW2, db1, db2
