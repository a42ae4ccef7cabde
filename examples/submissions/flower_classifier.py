# -*- coding: utf-8 -*-
# 第三周作业：带一个隐藏层的二分类网络
# 隐藏层用 tanh，输出层用 sigmoid，每一列是一个样本

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_parameters(n_x, n_h, n_y):
    # 权重取小的随机数，偏置取 0
    np.random.seed(2)
    parameters = {
        "W1": np.random.randn(n_h, n_x) * 0.01,
        "b1": np.zeros((n_h, 1)),
        "W2": np.random.randn(n_y, n_h) * 0.01,
        "b2": np.zeros((n_y, 1)),
    }
    return parameters


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]

    # 前向传播
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)

    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def compute_cost(A2, Y):
    m = Y.shape[1]
    # 交叉熵
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    return float(cost)


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]

    # 输出层
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    # 隐藏层：tanh 的导数是 1 - A1^2
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True)

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters, grads, learning_rate=1.2):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    theta = rng.uniform(0, 2 * np.pi, 400)
    r = np.abs(4 * np.sin(2 * theta)) + rng.normal(0, 0.2, 400)
    X = np.stack([r * np.cos(theta), r * np.sin(theta)])
    Y = (np.sin(2 * theta) > 0).astype(int).reshape(1, -1)

    parameters = initialize_parameters(2, 4, 1)
    for i in range(3001):
        A2, cache = forward_propagation(X, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate=0.1)
        if i % 1000 == 0:
            print("第 %d 次迭代，代价 %.4f" % (i, compute_cost(A2, Y)))
    print("训练集准确率：%.1f%%" % (100 * np.mean((A2 > 0.5) == Y)))
