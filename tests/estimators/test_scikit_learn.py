"""scikit-learn is loaded without what it does not need, and nobody else notices."""

import subprocess
import sys
from importlib import import_module

import pytest

from clearprop.estimators.scikit_learn import deferred

pytestmark = pytest.mark.filterwarnings("error")


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_estimators_load_neither_pandas_nor_scipy_stats():
    loaded = run(
        "import sys, clearprop; clearprop.MLPClassifier((2,), max_iter=1, tol=1e9, n_iter_no_change=1)"
        ".fit([[0.0], [1.0]], [0, 1]).predict([[0.0]])\n"
        "print([name for name in ('pandas', 'scipy.stats') if name in sys.modules])"
    )
    assert loaded == "[]"


def test_later_imports_get_the_real_modules():
    program = (
        "import clearprop\n"
        "clearprop.MLPRegressor\n"
        "import pandas, scipy.stats, scipy, sklearn.utils.fixes\n"
        "assert scipy.stats.mode([1, 1, 2]).mode == 1 and scipy.stats is __import__('sys').modules['scipy.stats']\n"
        "table = pandas.DataFrame({'height': [0.0, 1.0, 2.0, 3.0]})\n"
        "model = clearprop.MLPRegressor(hidden_layer_sizes=(2,), solver='lbfgs', random_state=0)\n"
        "model.fit(table, [0.0, 1.0, 2.0, 3.0])\n"
        "print(*model.feature_names_in_)"
    )
    assert run(program) == "height"


@pytest.fixture
def absent(monkeypatch):
    """A module of the standard library that nobody has loaded."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    return "colorsys"


def test_a_placeholder_gives_what_is_asked_for(absent):
    with deferred(absent):
        placeholder = import_module(absent)
        assert sys.modules[absent] is placeholder and "rgb_to_hsv" not in vars(placeholder)
        assert placeholder.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
        assert sys.modules[absent] is not placeholder
        with pytest.raises(AttributeError, match="no_such_name"):
            placeholder.no_such_name  # noqa: B018 - that asking raises is the test
    assert hasattr(sys.modules[absent], "rgb_to_hsv")
    assert placeholder.hsv_to_rgb is sys.modules[absent].hsv_to_rgb


def test_a_placeholder_is_gone_after_the_block(absent):
    with pytest.raises(ZeroDivisionError), deferred(absent):
        import_module(absent)
        1 / 0  # noqa: B018
    assert absent not in sys.modules
    assert hasattr(import_module(absent), "rgb_to_hsv")


def test_what_is_loaded_or_not_installed_stays_so():
    with deferred("json", "no_such_module"):
        assert import_module("json") is sys.modules["json"] and hasattr(sys.modules["json"], "loads")
        with pytest.raises(ModuleNotFoundError):
            import_module("no_such_module")
