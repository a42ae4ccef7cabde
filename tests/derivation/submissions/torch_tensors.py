import torch


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, dtype=torch.float32, device="cpu", std=1e-4):
        self.params = {}
        self.params["W1"] = std * torch.randn(input_size, hidden_size, dtype=dtype, device=device)
        self.params["b1"] = torch.zeros(hidden_size, dtype=dtype, device=device)
        self.params["W2"] = std * torch.randn(hidden_size, output_size, dtype=dtype, device=device)
        self.params["b2"] = torch.zeros(output_size, dtype=dtype, device=device)

    def loss(self, X, y=None, reg=0.0):
        W1, b1, W2, b2 = [self.params[k] for k in ("W1", "b1", "W2", "b2")]
        h = torch.relu(X @ W1 + b1)
        s = h @ W2 + b2
        if y is None:
            return s
        N = len(X)
        p = torch.softmax(s, 1)
        loss = -torch.log(p[torch.arange(N), y]).mean() + reg * ((W1**2).sum() + (W2**2).sum())
        d = p.clone()
        d[torch.arange(N), y] -= 1
        d /= N
        g = {"W2": h.t().mm(d) + 2 * reg * W2, "b2": d.sum(0)}
        dh = d.mm(W2.t())
        dh[h <= 0] = 0
        g["W1"] = X.t().mm(dh) + 2 * reg * W1
        g["b1"] = dh.sum(0)
        return loss, g
