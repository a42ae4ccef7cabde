import numpy as np
import gc_utils


def forward_propagation_n(X, Y, params):
    m = X.shape[1]
    z1 = np.dot(params['w1'], X) + params['b1']
    a1 = gc_utils.relu(z1)
    z2 = np.dot(params['w2'], a1) + params['b2']
    a2 = gc_utils.relu(z2)
    z3 = np.dot(params['w3'], a2) + params['b3']
    a3 = gc_utils.sigmoid(z3)
    cost = np.sum(-np.log(a3) * Y - np.log(1 - a3) * (1 - Y)) / m
    cache = (z1, a1, params['w1'], params['b1'], z2, a2, params['w2'], params['b2'], z3, a3, params['w3'], params['b3'])
    return cost, cache


def backward_propagation_n(X, Y, cache):
    z1, a1, w1, b1, z2, a2, w2, b2, z3, a3, w3, b3 = cache
    m = X.shape[1]
    dz3 = 1. / m * (a3 - Y)
    dw3 = np.dot(dz3, a2.T)
    db3 = np.sum(dz3, axis=1, keepdims=True)
    dz2 = np.dot(w3.T, dz3) * (a2 > 0)
    dw2 = np.dot(dz2, a1.T)
    db2 = np.sum(dz2, axis=1, keepdims=True)
    dz1 = np.dot(w2.T, dz2) * (a1 > 0)
    dw1 = np.dot(dz1, X.T)
    db1 = np.sum(dz1, axis=1, keepdims=True)
    return {'dw1': dw1, 'db1': db1, 'dw2': dw2, 'db2': db2, 'dw3': dw3, 'db3': db3}
