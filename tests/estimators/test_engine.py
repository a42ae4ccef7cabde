"""Which engine ran is on record, and one that is not there is told in one line."""

import numpy as np
import pytest

from clearprop import MLPClassifier, engines, load, save
from clearprop.engines import ENGINES
from clearprop.estimators.table_model import TableModel

X = np.random.default_rng(0).normal(size=(40, 3))
y = (X[:, 0] > 0).astype(int)


def fitted(**arguments):
    return MLPClassifier((4,), max_iter=2, random_state=0, **arguments)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
class TestEngine:
    @pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
    def test_auto_takes_the_first_engine(self, solver):
        assert fitted(solver=solver).fit(X, y).engine_ == next(iter(ENGINES))

    def test_what_an_engine_lacks_runs_on_the_reference(self):
        assert fitted(solver="muon").fit(X, y).engine_ == "reference"

    @pytest.mark.parametrize("name", ENGINES)
    @pytest.mark.parametrize("n_members", [1, 2])
    def test_the_engine_asked_for_runs_and_is_saved(self, name, n_members, tmp_path):
        model = fitted(engine=name, n_members=n_members).fit(X, y)
        save(model, tmp_path / "model.clearprop")
        assert model.engine_ == name == load(tmp_path / "model.clearprop").engine_


def test_why_there_is_no_native_engine(monkeypatch):
    monkeypatch.setattr(engines.native, "why_not", "the native engine was not built")
    with pytest.raises(ValueError, match="engine: the native engine was not built"):
        engines.engine_named("native")


@pytest.mark.parametrize("why_not", ["no native engine: for a reason", ""])
def test_training_on_a_table_says_where_it_is_slower(why_not, monkeypatch):
    monkeypatch.setattr(engines.native, "why_not", why_not)
    lines = []
    TableModel.fit({"x": [0.0, 1.0] * 20, "y": ["a", "b"] * 20}, "y", say=lines.append, max_iter=1)
    assert any("no native engine" in line for line in lines) == bool(why_not)
