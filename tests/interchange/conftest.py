"""No test of the model file trains to the end, and says nothing of it."""

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if "interchange" in item.path.parts:
            item.add_marker(pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"))


@pytest.fixture
def again(tmp_path):
    """A model after a trip to a file."""
    from clearprop import load, save

    def again(model):
        save(model, tmp_path / "m.clearprop")
        return load(tmp_path / "m.clearprop")

    return again
