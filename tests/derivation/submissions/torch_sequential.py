import torch
from torch import nn

# 二分类
model = nn.Sequential(
    nn.Linear(4, 5),
    nn.Tanh(),
    nn.Dropout(0.5),
    nn.Linear(5, 1),
    nn.Sigmoid(),
)
loss_fn = nn.BCELoss()
