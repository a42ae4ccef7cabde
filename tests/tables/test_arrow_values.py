"""Values to Arrow and back are those of Arrow's own constructors, whatever their kind."""

import numpy as np
import pyarrow as pa
import pytest

from clearprop.tables.arrow_values import arrow_array, arrow_scalar, numpy_array

KINDS = (*(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)), "float32", "float64", "bool")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 100])
def test_numbers_are_those_of_arrow(kind, n):
    values = (np.arange(n) % 3).astype(kind)
    for given in (values, np.repeat(values, 2)[::2], values[::-1]):
        assert arrow_array(given).equals(pa.array(given))
        if kind != "bool":
            numbers = numpy_array(pa.array(given))
            assert numbers.dtype == given.dtype
            np.testing.assert_array_equal(numbers, given)


@pytest.mark.parametrize(
    "values",
    [
        *(["a", "", "größe 😀"], ["a", None, "c"], [], [None], ["x"] * 1000, ("tuple", "of texts")),
        *([True, False, True], [1, 2], [2**63 - 1, -(2**63)], [1.5, float("nan")], [1, 2.5], [1, None], [True, None]),
        *(np.array(["a", "b"]), np.array(["a", None], object), np.array([0.5], "float16")),
        np.array(["2020-01-01"], "datetime64[s]"),
    ],
    ids=repr,
)
def test_any_list_or_array_is_that_of_arrow(values):
    mine, theirs = arrow_array(values), pa.array(values)
    mine.validate(full=True)
    assert mine.type == theirs.type
    assert mine.equals(theirs) or str(mine) == str(theirs)  # NaN equals nothing


@pytest.mark.parametrize("data_type", [pa.string(), pa.large_string(), pa.string_view()])
def test_texts_have_the_type_that_is_asked_for(data_type):
    assert arrow_array(["a", "bc"], data_type).equals(pa.array(["a", "bc"], data_type))
    for value in ("", "a", None):
        assert arrow_scalar(value, data_type).equals(pa.scalar(value, data_type))


@pytest.mark.parametrize("wrong", [[1, "a"], [[1], 2], np.ones((2, 2)), np.array([1, 2], ">i4"), [2**70]])
def test_what_arrow_refuses_is_refused_as_arrow_does(wrong):
    with pytest.raises((pa.ArrowException, TypeError, ValueError, OverflowError)) as theirs:
        pa.array(wrong)
    with pytest.raises(theirs.type):
        arrow_array(wrong)


def test_missing_numbers_are_nan_and_slices_keep_their_place():
    values = pa.array([1.0, None, 3.0, float("nan"), 5.0])
    np.testing.assert_array_equal(numpy_array(values), values.to_numpy(zero_copy_only=False))
    np.testing.assert_array_equal(numpy_array(values[2:]), [3.0, np.nan, 5.0])
    np.testing.assert_array_equal(numpy_array(pa.array([1, 2, 3])[1:]), [2, 3])
