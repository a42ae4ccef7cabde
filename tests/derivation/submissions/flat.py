#!/usr/bin/env python

import numpy as np
import random

from q1_softmax import softmax
from q2_sigmoid import sigmoid, sigmoid_grad
from q2_gradcheck import gradcheck_naive


def forward_backward_prop(X, labels, params, dimensions):
    """ Forward and backward propagation for a two-layer sigmoidal network """
    ofs = 0
    Dx, H, Dy = (dimensions[0], dimensions[1], dimensions[2])
    W1 = np.reshape(params[ofs:ofs + Dx * H], (Dx, H))
    ofs += Dx * H
    b1 = np.reshape(params[ofs:ofs + H], (1, H))
    ofs += H
    W2 = np.reshape(params[ofs:ofs + H * Dy], (H, Dy))
    ofs += H * Dy
    b2 = np.reshape(params[ofs:ofs + Dy], (1, Dy))

    h = sigmoid(np.dot(X, W1) + b1)
    y_hat = softmax(np.dot(h, W2) + b2)
    cost = -np.sum(labels * np.log(y_hat))

    d2 = y_hat - labels
    gradW2 = np.dot(h.T, d2)
    gradb2 = np.sum(d2, axis=0)
    d1 = np.dot(d2, W2.T) * sigmoid_grad(h)
    gradW1 = np.dot(X.T, d1)
    gradb1 = np.sum(d1, axis=0)

    grad = np.concatenate((gradW1.flatten(), gradb1.flatten(), gradW2.flatten(), gradb2.flatten()))
    return cost, grad


def sanity_check():
    N = 20
    dimensions = [10, 5, 10]
    gradcheck_naive(lambda params: forward_backward_prop(data, labels, params, dimensions), params)


if __name__ == "__main__":
    sanity_check()
