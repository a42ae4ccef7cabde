"""`clearprop train --precision` chooses the numbers that a model is trained in."""

import numpy as np
import pytest

from clearprop import load
from clearprop.engines import Recipe, engine_named

from .cases import FAST

TYPES = {"float32": np.float32, "float64": np.float64, "auto": np.float32}


@pytest.mark.filterwarnings("ignore:precision='auto'")
@pytest.mark.parametrize("precision", TYPES)
def test_parameters_are_in_the_type_that_is_asked_for(do, table_file, precision):
    do("train", table_file, "--target", "size", "--quiet", "--precision", precision, *FAST)
    estimator = load(table_file.with_suffix(".clearprop")).estimator
    assert estimator.precision == precision
    assert estimator.coefs_[0].dtype == TYPES[precision]


def test_an_unknown_precision_is_refused_with_the_closest_known(say, table_file):
    said = say("train", table_file, "--target", "size", "--precision", "bfloat")
    assert said.status == 2
    assert said.err.strip() == (
        "clearprop: --precision: 'bfloat' is unknown (did you mean 'bfloat16'?); "
        "there are float32, float64, bfloat16, auto"
    )


def test_bfloat16_trains_or_says_in_one_line_why_not(say, table_file):
    said = say("train", table_file, "--target", "size", "--quiet", "--precision", "bfloat16", *FAST)
    model = table_file.with_suffix(".clearprop")
    if said.status == 0:
        estimator = load(model).estimator
        assert estimator.coefs_[0].dtype == np.float32
        assert not engine_named("auto").why_no_bfloat16(estimator.network_, Recipe(precision="bfloat16"))
    else:
        assert len(said.err.splitlines()) == 1
        assert "precision: 'bfloat16' is not to be had here: " in said.err
        assert not model.exists()
