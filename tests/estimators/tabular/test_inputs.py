"""From numbers and codes to the columns of X and the layers that take them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clearprop.estimators.tabular.inputs import RobustScale, TableInputs, bin_edges, few_values, smoothly_clipped
from clearprop.estimators.tabular.presets import NUMBERS, MemberKind
from clearprop.mathematics.layers import Embedding, Numbers, Periodic, PiecewiseLinear


def rows(n: int = 400) -> tuple[np.ndarray, np.ndarray, tuple[int, ...], np.ndarray]:
    """Numbers (one with missing cells, one constant), codes of 2, 3 and 12 categories, and a class."""
    random = np.random.default_rng(0)
    numbers = random.normal(size=(n, 3)) * [1.0, 1e6, 0.0] + [0.0, 5.0, 7.0]
    numbers[::7, 0] = np.nan
    codes = np.stack([random.integers(0, size + 1, n) for size in (2, 3, 12)], axis=1).astype(np.int32)
    return numbers, codes, (2, 3, 12), (numbers[:, 1] > 5.0).astype(int)


def test_numbers_are_scaled_by_their_quartiles() -> None:
    """The published recipe: minus the median, over the distance between the quartiles, then x/√(1 + (x/3)²)."""
    numbers = np.array([[1.0], [2.0], [4.0], [8.0], [100.0]])
    low, median, high = np.quantile(numbers, (0.25, 0.5, 0.75))
    x = (numbers - median) / (high - low)
    np.testing.assert_allclose(RobustScale.of(numbers).apply(numbers), x / np.sqrt(1 + (x / 3) ** 2))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([0.0] * 9 + [10.0], [0.0] * 9 + [2.0 / np.sqrt(1 + (2 / 3) ** 2)]),  # quartiles alike: half the range
        ([7.0] * 5, [0.0] * 5),
        ([np.nan] * 5, [0.0] * 5),
    ],
)
def test_columns_without_a_spread(cells: list[float], expected: list[float]) -> None:
    column = np.array(cells)[:, None]
    np.testing.assert_allclose(RobustScale.of(column).apply(column)[:, 0], expected)


@given(arrays(float, (8, 2), elements=st.floats(-1e300, 1e300) | st.just(np.nan)))
def test_whatever_the_numbers_are_they_end_within_3(numbers: np.ndarray) -> None:
    scaled = RobustScale.of(numbers).apply(numbers)
    assert np.isfinite(scaled).all() and (np.abs(scaled) <= 3.0).all()


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_clip_keeps_the_order(x: float, y: float) -> None:
    low, high = smoothly_clipped(np.array(sorted((x, y))))
    assert low <= high


@pytest.mark.parametrize("kind", NUMBERS)
def test_columns_and_layers_fit(kind: str) -> None:
    numbers, codes, n_categories, y = rows()
    inputs = TableInputs.of(numbers, codes, n_categories, y, MemberKind(kind))
    X, layers = inputs.apply(numbers, codes), inputs.layers
    assert X.dtype == np.float32 and np.isfinite(X).all()
    assert X.shape[1] == sum(layer.n_inputs for layer in layers)
    kinds = [type(layer) for layer in layers]
    assert kinds[0] is (Periodic if "periodic" in kind else Numbers)
    assert (PiecewiseLinear in kinds) == ("bins" in kind)
    assert layers[-1] == Embedding(13, 8)  # 12 categories and "missing or never seen"
    np.testing.assert_array_equal(X[:, -1], codes[:, 2])


def test_missing_and_unknown() -> None:
    numbers, codes, n_categories, y = rows()
    inputs = TableInputs.of(numbers, codes, n_categories, y, MemberKind("plain"))
    X = inputs.apply(np.full((1, 3), np.nan), np.zeros((1, 3), np.int32))[0]
    assert (X[:3] == 0.0).all() and X[-1] == 0.0
    present = inputs.apply(np.zeros((1, 3)), np.zeros((1, 3), np.int32))[0]
    assert X[3] != present[3]  # the mark of the number that was missing in training


def test_two_categories_are_one_feature_and_the_unknown_lies_between() -> None:
    codes = np.array([[1], [2]] * 20, np.int32)
    inputs = TableInputs.of(np.zeros((40, 0)), codes, (2,), np.zeros(40, int), MemberKind("plain"))
    first, second, unknown = inputs.apply(np.zeros((3, 0)), np.array([[1], [2], [0]], np.int32))[:, 0]
    assert inputs.layers == (Numbers(1),) and first < unknown < second


def test_bins_are_cut_where_the_class_changes() -> None:
    z = np.linspace(-1.0, 1.0, 1000)
    edges = bin_edges(z, (z > 0.3).astype(int), np.ones(1000, bool))
    assert len(edges) == 3 and edges[0] == -1.0 and edges[2] == 1.0 and abs(edges[1] - 0.3) < 0.01


def test_bins_know_the_classes_of_the_rows_they_are_cut_by_alone() -> None:
    x = np.linspace(-1.0, 1.0, 1000)[:, None]
    y, known = (x[:, 0] > 0.5).astype(int), np.arange(1000) % 2 == 0
    y[~known] = x[~known, 0] > -0.5  # held out, and otherwise
    given = (x, np.zeros((1000, 0), np.int32), (), y, MemberKind("bins"))
    cut = TableInputs.of(*given, cut_by=np.flatnonzero(known))
    assert len(cut.edges[0]) == 3 and len(TableInputs.of(*given).edges[0]) > 3
    other = (*given[:3], np.where(known, y, 1 - y), given[4])
    assert TableInputs.of(*other, cut_by=np.flatnonzero(known)).edges == cut.edges


def test_a_column_that_says_nothing_has_no_bins() -> None:
    z = np.linspace(-1.0, 1.0, 500)
    assert bin_edges(z, np.zeros(500, int), np.ones(500, bool)) == ()
    assert bin_edges(z, (z > 0).astype(int), z < -0.99) == ()


def test_a_record_survives_json() -> None:
    numbers, codes, n_categories, y = rows()
    inputs = TableInputs.of(numbers, codes, n_categories, y, MemberKind("bins", embeds_values=True))
    again = TableInputs.from_dict(json.loads(json.dumps(inputs.to_dict())))
    assert again.layers == inputs.layers
    np.testing.assert_array_equal(again.apply(numbers, codes), inputs.apply(numbers, codes))


def test_values_that_repeat_have_a_vector_each() -> None:
    random = np.random.default_rng(0)
    column = random.integers(0, 5, 400).astype(float)
    column[::9] = np.nan
    numbers = np.stack([column, random.normal(size=400)], axis=1)
    kind = MemberKind("plain", embeds_values=True)
    inputs = TableInputs.of(numbers, np.zeros((400, 0), np.int32), (), np.zeros(400, int), kind)
    assert inputs.values == ((0.0, 1.0, 2.0, 3.0, 4.0), ()) and inputs.layers[-1] == Embedding(6, 8)
    codes = inputs.apply(np.array([[4.0, 0.0], [7.0, 0.0], [np.nan, 0.0]]), np.zeros((3, 0), np.int32))[:, -1]
    assert codes.tolist() == [5.0, 0.0, 0.0]


@pytest.mark.parametrize("n_values", [1, 2, 21, 400])
def test_values_that_are_too_few_or_seldom_repeat_have_none(n_values: int) -> None:
    assert few_values(np.arange(400.0) % n_values) == ()
