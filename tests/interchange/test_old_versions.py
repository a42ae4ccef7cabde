"""A file of an older version stays readable, and predicts what it predicted when it was written.

`python tests/interchange/test_old_versions.py` writes the pair of the present version, once, when a version is new.
The model of version 1 is one network, that of version 2 an ensemble, that of version 3 a preset.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from clearprop import load, save
from clearprop.estimators.table_model import TableModel
from clearprop.estimators.tabular.presets import MemberKind, Preset
from clearprop.interchange.model_file import VERSION

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("version_*.clearprop"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_old_file_predicts_what_it_did(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    model = load(path)
    np.testing.assert_allclose(model.predict_proba(expected["table"]), expected["probabilities"], rtol=1e-5)
    assert model.predict(expected["table"]).to_pylist() == expected["predictions"]
    assert model.record["rows"] == expected["rows"]


def test_every_version_has_its_file():
    assert [path.stem for path in FILES] == [f"version_{version}" for version in range(1, VERSION + 1)]


def write() -> None:
    random = np.random.RandomState(0)
    table = {
        "age": [None if j % 7 == 3 else float(age) for j, age in enumerate(random.randint(18, 80, 40))],
        "colour": random.choice(["blue", "größer", "red"], 40).tolist(),
        "member": (random.uniform(size=40) > 0.5).tolist(),
    }
    size = [
        ("small", "medium", "large")[(age or 40) // 30 > 1 or 2 * (colour == "red")]
        for age, colour in zip(table["age"], table["colour"], strict=True)
    ]
    kinds = (MemberKind("periodic", hidden_layer_sizes=(5, 3)), MemberKind("bins", hidden_layer_sizes=(4,)))
    preset = Preset("two small networks of each of two kinds", kinds, 2, 3)
    model = TableModel.fit({**table, "size": size}, "size", preset=preset)
    path = FOLDER / f"version_{VERSION}.clearprop"
    save(model, path)
    few = {name: [*cells[:8], None] for name, cells in table.items()}
    expected = {
        "table": few,
        "probabilities": model.predict_proba(few).tolist(),
        "predictions": model.predict(few).to_pylist(),
        "rows": model.record["rows"],
    }
    path.with_suffix(".json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
