import numpy as np


class MyTwoLayerNet(object):
    """
    input - fully connected - ReLU - fully connected - softmax
    All weights live in self.params (W1, b1, W2, b2).
    """

    def __init__(self, input_size, hidden_size, output_size, std=1e-2):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        num_train = X.shape[0]

        # ---- forward ----
        h1 = X.dot(W1) + b1
        a1 = h1 * (h1 > 0)
        scores = a1.dot(W2) + b2
        if y is None:
            return scores

        # ---- loss ----
        scores = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores)
        probs = probs / np.sum(probs, axis=1, keepdims=True)
        data_loss = np.sum(-np.log(probs[np.arange(num_train), y])) / num_train
        reg_loss = 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        loss = data_loss + reg_loss

        # ---- backward ----
        dscores = probs
        dscores[np.arange(num_train), y] -= 1
        dscores /= num_train

        grads = {}
        grads['W2'] = a1.T.dot(dscores)
        grads['b2'] = np.sum(dscores, axis=0)
        da1 = dscores.dot(W2.T)
        dh1 = da1 * (h1 > 0)
        grads['W1'] = X.T.dot(dh1)
        grads['b1'] = np.sum(dh1, axis=0)

        # don't forget regularization!
        grads['W2'] += 2 * reg * W2
        grads['W1'] += 2 * reg * W1

        return loss, grads


if __name__ == '__main__':
    np.random.seed(1)
    net = MyTwoLayerNet(2, 20, 2)
    X = np.random.randn(200, 2)
    y = (np.sum(X ** 2, axis=1) > 1.5).astype(int)
    for it in range(1000):
        loss, grads = net.loss(X, y, reg=1e-3)
        for p in net.params:
            net.params[p] -= 0.5 * grads[p]
        if it % 200 == 0:
            print('iteration %d / 1000: loss %f' % (it, loss))
    print('train accuracy:', np.mean(np.argmax(net.loss(X), axis=1) == y))
