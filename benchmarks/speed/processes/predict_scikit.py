"""What `clearprop predict` does, with scikit-learn and joblib: `python predict_scikit.py KIND MODEL ROWS OUT`."""

import sys

import joblib

kind, model_path, rows, out = sys.argv[1:]
model = joblib.load(model_path)
if kind == "mixed":
    import pandas as pd

    predicted = model.predict(pd.read_csv(rows))
else:
    import numpy as np

    predicted = model.predict(np.loadtxt(rows, delimiter=",", skiprows=1, dtype=np.float32))
with open(out, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is one import more
    file.write("prediction\n" + "\n".join(map(str, predicted)) + "\n")
