import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, D_in, H1, H2, D_out):
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(D_in, H1))
        self.b1 = nn.Parameter(torch.zeros(H1))
        self.W2 = nn.Parameter(torch.randn(H1, H2))
        self.b2 = nn.Parameter(torch.zeros(H2))
        self.W3 = nn.Parameter(torch.randn(H2, D_out))
        self.b3 = nn.Parameter(torch.zeros(D_out))

    def forward(self, x):
        return torch.tanh(torch.tanh(x @ self.W1 + self.b1) @ self.W2 + self.b2) @ self.W3 + self.b3


def main():
    loss_fn = torch.nn.CrossEntropyLoss()
