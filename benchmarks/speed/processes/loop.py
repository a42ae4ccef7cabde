"""Import, load, train, predict with a loop of PyTorch or JAX: `python loop.py PyTorch|JAX FOLDER`."""

import json
import sys

import numpy as np

from benchmarks.speed.contenders import make
from benchmarks.speed.problems import Problem, first_weights, orders_of

name, folder = sys.argv[1:]
with open(f"{folder}/recipe.json", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is one import more
    recipe = json.load(file)
X, y, X_test, y_test = (np.load(f"{folder}/{part}.npy") for part in ("X_train", "y_train", "X_test", "y_test"))
sizes = (X.shape[1], *recipe["hidden"], int(y.max()) + 1)
training = make(name).prepare(Problem(sizes, recipe["batch"], X, y, *first_weights(sizes)))
training.run(orders_of(len(X), recipe["epochs"]))
predicted = training.predictor()(X_test).argmax(axis=1)
print(json.dumps({"accuracy": float((predicted == y_test).mean())}))
