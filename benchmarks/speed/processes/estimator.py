"""Import, load, fit, predict with an estimator: `python estimator.py scikit-learn|clearprop FOLDER`."""

import json
import sys
import warnings

import numpy as np

library, folder = sys.argv[1:]
if library == "scikit-learn":
    from sklearn.neural_network import MLPClassifier
else:
    from clearprop import MLPClassifier

warnings.simplefilter("ignore")  # that training ends before it has converged is meant
with open(f"{folder}/recipe.json", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is one import more
    recipe = json.load(file)
X, y, X_test, y_test = (np.load(f"{folder}/{part}.npy") for part in ("X_train", "y_train", "X_test", "y_test"))
model = MLPClassifier(
    recipe["hidden"],
    alpha=0.0,
    batch_size=recipe["batch"],
    max_iter=recipe["epochs"],
    tol=0.0,
    n_iter_no_change=10**9,
    random_state=0,
)
predicted = model.fit(X, y).predict(X_test)
print(json.dumps({"accuracy": float((predicted == y_test).mean())}))
