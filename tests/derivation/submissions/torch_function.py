import torch
from torch import nn


class MySigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        a = 1 / (1 + torch.exp(-z))
        ctx.save_for_backward(a)
        return a

    @staticmethod
    def backward(ctx, grad_output):
        a, = ctx.saved_tensors
        return grad_output * a * (1 - a)


class MyLinear(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x @ self.weight + self.bias


class MLP(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList([MyLinear(i, o) for i, o in zip(layers[:-1], layers[1:])])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = MySigmoid.apply(layer(x))
        return self.layers[-1](x)


if __name__ == "__main__":
    net = MLP([2, 8, 1])
    x = torch.randn(64, 2)
    t = (x[:, :1] * x[:, 1:]).sin()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(1000):
        loss = nn.MSELoss()(net(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
