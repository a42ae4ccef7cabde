"""Whatever array the native engine is handed, it gives the right result or a Python error."""

import ast
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from clearprop.engines import ENGINES, Recipe
from clearprop.mathematics.network import Network, Parameters

from .cases import BATCH_SIZE, N_ROWS, NETWORK, ORDER, RATES, SIZES, WEIGHTS, X, Y, start

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
core = native._core
ENGINE = native.NativeEngine(2)
RECIPE = Recipe("adam", alpha=0.3)


def trained(X=X, Y=Y, weights=WEIGHTS, order=ORDER, batch_size=BATCH_SIZE, rates=RATES, dtype=np.float64):
    trainer = ENGINE.trainer(NETWORK, start(NETWORK, dtype), RECIPE)
    trainer.epoch(X, Y, weights, order, batch_size, rates)
    return trainer.snapshot()


def gradient(X=X, Y=Y, weights=WEIGHTS, dtype=np.float64):
    return ENGINE.objective(NETWORK, start(NETWORK, dtype), X, Y, weights, RECIPE)[1].flatten()


def predicted(X=X, parameters=None):
    return ENGINE.predict(NETWORK, parameters or start(), X)


# ---- forms that are right ----


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array):
    wide = np.full(tuple(3 * n for n in array.shape), np.nan)
    view = wide[tuple(slice(1, None, 3) for _ in array.shape)]
    view[...] = array
    return view


def sliced_rows(array):
    wide = np.full((2 * len(array), *array.shape[1:]), np.nan)
    wide[::2] = array
    return wide[::2]


def part_of_wider_rows(array):
    wide = np.full((*array.shape[:-1], array.shape[-1] + 3), np.nan)
    wide[..., 1:-2] = array
    return wide[..., 1:-2]


def backwards(array):
    return array[::-1].copy()[::-1]


def backwards_in_all(array):
    turned = tuple(slice(None, None, -1) for _ in array.shape)
    return array[turned].copy()[turned]


def misaligned(array):
    memory = np.empty(array.nbytes + 1, np.uint8)
    view = np.frombuffer(memory.data, array.dtype, array.size, offset=1).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


def in_packed_records(array):
    records = np.zeros(len(array), np.dtype([("other", "u1"), ("numbers", array.dtype, array.shape[1:])]))
    records["numbers"] = array
    return records["numbers"]


def other_endian(array):
    return array.astype(array.dtype.newbyteorder())


FORMS = {
    form.__name__: form
    for form in (
        read_only,
        strided,
        sliced_rows,
        part_of_wider_rows,
        backwards,
        backwards_in_all,
        misaligned,
        in_packed_records,
        other_endian,
        np.asfortranarray,
        np.longdouble,
    )
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_of_the_same_numbers(form, dtype):
    # As float64 the numbers are float32's, so that no form rounds them.
    arrays = [array.astype(np.float32).astype(np.float64) for array in (X, Y, WEIGHTS)]
    given = [form(array.astype(dtype)) for array in arrays]
    assert np.array_equal(trained(*given, dtype=dtype), trained(*arrays, dtype=dtype))
    assert np.array_equal(gradient(*given, dtype=dtype), gradient(*arrays, dtype=dtype))
    assert np.array_equal(predicted(given[0]), predicted(arrays[0]))


def every_other(order):
    return np.repeat(order, 2)[::2]


@pytest.mark.parametrize("form", [every_other, backwards, read_only, other_endian, np.int32, np.uint8, np.uint64])
def test_forms_of_the_order(form):
    assert np.array_equal(trained(order=form(ORDER)), trained())


def test_whole_numbers_and_truth_values():
    counts = np.round(np.abs(3 * X)).astype(np.uint8)
    assert np.array_equal(trained(counts), trained(counts.astype(np.float64)))
    assert np.array_equal(predicted(counts > 0), predicted((counts > 0).astype(np.float64)))


def test_one_row_shown_many_times():
    shown = np.broadcast_to(X[:1], X.shape), np.broadcast_to(Y[:1], Y.shape), np.broadcast_to(2.0, N_ROWS)
    assert shown[0].strides[0] == shown[2].strides[0] == 0
    assert np.array_equal(trained(*shown), trained(*map(np.copy, shown)))
    one_number = np.broadcast_to(0.5, X.shape)
    assert np.array_equal(predicted(one_number), predicted(one_number.copy()))


def test_overlapping_rows():
    series = np.arange(N_ROWS + SIZES[0], dtype=np.float64) / 10
    windows = as_strided(series, (N_ROWS, SIZES[0]), (8, 8))
    assert np.array_equal(trained(windows), trained(windows.copy()))


def test_parameters_in_any_form():
    parameters = start()
    for form in (read_only, strided, misaligned, backwards_in_all, np.asfortranarray, other_endian):
        given = Parameters(
            *([form(array) if array.size else array for array in arrays] for arrays in (parameters.W, parameters.b))
        )
        np.testing.assert_allclose(predicted(parameters=given), predicted(), rtol=1e-14)
        trainer = ENGINE.trainer(NETWORK, given, RECIPE)
        trainer.epoch(X, Y, WEIGHTS, ORDER, BATCH_SIZE, RATES)
        np.testing.assert_allclose(trainer.snapshot(), trained(), rtol=1e-11)


# ---- sparse rows ----


def shuffled_entries(sparse):
    """The entries of each row in another order."""
    turned = sparse.copy()
    for begin, end in zip(sparse.indptr, sparse.indptr[1:], strict=False):
        turned.indices[begin:end] = sparse.indices[begin:end][::-1]
        turned.data[begin:end] = sparse.data[begin:end][::-1]
    return csr_array((turned.data, turned.indices, turned.indptr), shape=sparse.shape)


def doubled_entries(sparse):
    """Each entry in two halves."""
    data, indices = (np.repeat(array, 2) for array in (sparse.data / 2, sparse.indices))
    return csr_array((data, indices, 2 * sparse.indptr), shape=sparse.shape)


def long_indices(sparse):
    found = sparse.copy()
    found.indices, found.indptr = found.indices.astype(np.int64), found.indptr.astype(np.int64)
    return found


def spare_memory(sparse):
    """Arrays longer than what the starts use."""
    found = sparse.copy()
    found.data, found.indices = np.append(found.data, [np.nan] * 9), np.append(found.indices, [10**6] * 9)
    return found


SPARSE = (csr_array, csr_matrix, csc_array, coo_array)
OTHERWISE = (shuffled_entries, doubled_entries, long_indices, spare_memory)


@pytest.mark.parametrize("form", [*SPARSE, *((lambda x, f=f: f(csr_array(x))) for f in OTHERWISE)])
def test_sparse_forms(form):
    assert np.array_equal(trained(form(X)), trained())
    assert np.array_equal(gradient(form(X)), gradient())
    assert np.array_equal(predicted(form(X)), predicted())


def test_sparse_rows_without_entries_and_of_whole_numbers():
    none = csr_array((N_ROWS, SIZES[0]))
    assert np.array_equal(trained(none), trained(np.zeros_like(X)))
    counts = np.round(np.abs(3 * X)).astype(np.int64)
    assert np.array_equal(trained(csr_array(counts)), trained(counts.astype(np.float64)))


@pytest.mark.parametrize("part", ["indices", "indptr"])
@pytest.mark.parametrize("value", [-1, SIZES[0], 2**31 - 1, -(2**31)])
def test_sparse_indices_that_point_outside(part, value):
    for entry in (0, 7, -1):
        sparse = csr_array(X)
        getattr(sparse, part)[entry] = value
        if part == "indptr" and value == SIZES[0] and entry == 7:
            sparse.indptr[entry] = sparse.indptr[-1] + 1
        for call in (trained, gradient, predicted):
            with pytest.raises(ValueError, match=r"X: a sparse array whose indices point outside its shape"):
                call(sparse)


def test_sparse_arrays_that_are_too_short():
    for part in ("data", "indices", "indptr"):
        sparse = csr_array(X)
        setattr(sparse, part, getattr(sparse, part)[:-2])
        with pytest.raises(ValueError, match=r"X: a sparse array whose indices point outside its shape"):
            predicted(sparse)


# ---- wrong shapes and types ----

WRONG_X = (X[:, :-1], np.hstack([X, X]), X[0], X[None], np.zeros((SIZES[0], N_ROWS)))


@pytest.mark.parametrize("wrong", WRONG_X, ids=lambda wrong: str(np.shape(wrong)))
def test_x_of_another_shape(wrong):
    for call in (trained, gradient, predicted):
        with pytest.raises(ValueError, match=rf"X: an array of shape \(n, {SIZES[0]}\) is needed; got"):
            call(wrong)
    with pytest.raises(ValueError, match="X: an array of shape"):
        predicted(csr_array(X[:, :-1]))


@pytest.mark.parametrize("wrong", [X.tolist(), None, 3.0, "X"])
def test_x_that_is_no_array(wrong):
    for call in (trained, gradient, predicted):
        with pytest.raises((ValueError, TypeError, AttributeError)):
            call(wrong)


@pytest.mark.parametrize("wrong", [Y[:, :-1], Y[:-1], Y[:, 0], Y.T, Y[None], None, np.zeros((N_ROWS + 1, SIZES[-1]))])
def test_y_of_another_shape(wrong):
    for call in (trained, gradient):
        with pytest.raises(ValueError, match=rf"Y: an array of shape \({N_ROWS}, {SIZES[-1]}\) is needed; got"):
            call(Y=wrong)


@pytest.mark.parametrize("wrong", [WEIGHTS[:-1], WEIGHTS[:, None], np.ones(N_ROWS + 1), 2.0])
def test_weights_of_another_shape(wrong):
    for call in (trained, gradient):
        with pytest.raises(ValueError, match=rf"weights: an array of shape \({N_ROWS},\) is needed; got"):
            call(weights=wrong)


def with_entry(value, dtype=np.int64):
    wrong = ORDER.astype(dtype)
    wrong[3] = value
    return wrong


WRONG_ORDERS = {
    "too large": with_entry(N_ROWS),
    "negative": with_entry(-1),
    "huge": with_entry(2**63 - 1),
    "huge without sign": with_entry(2**64 - 1, np.uint64),
    "fractions": ORDER.astype(np.float64),
    "truth values": np.ones(N_ROWS, bool),
    "objects": ORDER.astype(object),
    "a table": ORDER[:, None],
    "a number": np.int64(3),
    "too many": np.append(ORDER, 0),
    "text": np.full(N_ROWS, "0"),
}


@pytest.mark.parametrize("wrong", WRONG_ORDERS.values(), ids=WRONG_ORDERS)
def test_an_order_that_is_none(wrong):
    with pytest.raises(
        ValueError, match=r"^order: (at most 23 whole numbers|row numbers from 0 to 22) are needed; got"
    ):
        trained(order=wrong)


@pytest.mark.parametrize("wrong", [np.full(X.shape, "apple"), np.full(X.shape, object())])
def test_x_that_is_no_number(wrong):
    for call in (trained, gradient, predicted):
        with pytest.raises((ValueError, TypeError)):
            call(wrong)


@pytest.mark.parametrize(
    ("batch_size", "rates"),
    [
        (0, RATES),
        (-1, RATES),
        (2**31, RATES),
        (2**70, RATES),
        (5, RATES[:-1]),
        (5, np.append(RATES, 1)),
        (5, RATES[:, None]),
    ],
)
def test_batches_that_do_not_fit(batch_size, rates):
    with pytest.raises((ValueError, TypeError)):
        trained(batch_size=batch_size, rates=rates)


def test_a_batch_larger_than_the_table():
    assert np.array_equal(trained(batch_size=10**9, rates=RATES[:1]), trained(batch_size=N_ROWS, rates=RATES[:1]))


def test_parameters_of_another_network():
    other = Network((5, 7, 3))
    for call in (
        lambda: ENGINE.trainer(NETWORK, start(other), RECIPE),
        lambda: ENGINE.predict(NETWORK, start(other), X),
        lambda: ENGINE.objective(NETWORK, start(other), X, Y, None, RECIPE),
    ):
        with pytest.raises(ValueError, match=r"parameters|sizes"):
            call()


def test_a_snapshot_of_another_size():
    trainer = ENGINE.trainer(NETWORK, start(), RECIPE)
    with pytest.raises(ValueError, match="shape"):
        trainer.restore(np.zeros(3))
    with pytest.raises(ValueError, match="slots"):
        trainer.set_state(1, {"m": np.zeros(3), "v": np.zeros(3)})
    assert np.array_equal(trainer.snapshot(), start().flatten())


# ---- numbers that are none, and no rows ----


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite(value, dtype):
    bad, ends = X.astype(dtype), []
    bad[ORDER[BATCH_SIZE], 2] = value
    for engine in (ENGINE, ENGINES["reference"]):
        trainer = engine.trainer(NETWORK, start(NETWORK, dtype), RECIPE)
        result = trainer.epoch(bad, Y, WEIGHTS, ORDER, BATCH_SIZE, RATES)
        ends.append((result.diverged_at, trainer.snapshot(), engine.predict(NETWORK, start(NETWORK, dtype), bad)))
    assert ends[0][0] == ends[1][0] == (2 if np.isnan(value) else 3)  # tanh(∞) is a number, 0 · ∞ is none
    for mine, theirs in zip(*(end[1:] for end in ends), strict=True):
        np.testing.assert_array_equal(np.isfinite(mine), np.isfinite(theirs))


def test_no_rows():
    none = X[:0]
    assert predicted(none).shape == predicted(csr_array(none)).shape == (0, SIZES[-1])
    before = start().flatten()
    for given in (
        {"X": none, "Y": Y[:0], "weights": None, "order": None},
        {"X": csr_array(none), "Y": Y[:0], "weights": WEIGHTS[:0], "order": None},
        {"order": ORDER[:0]},
    ):
        try:
            after = trained(**given, rates=RATES[:0])
        except ZeroDivisionError:
            continue  # the reference's answer
        assert np.array_equal(after, before)


# ---- the module itself ----

FLAT = start().flatten()
EPOCH = {
    "flat": FLAT,
    "dense": X,
    "compressed": None,
    "y": Y,
    "weights": WEIGHTS,
    "order": ORDER.astype(np.int64),
    "batch_size": BATCH_SIZE,
    "learning_rates": RATES,
}
COMPRESSED = (np.ones(2), np.zeros(2, np.int32), np.array([0, 2]), SIZES[0])


def run_of(**changes):
    given = {
        "sizes": list(SIZES),
        "activations": [2, 2, 12],
        "loss": 0,
        "paired": True,
        "settings": native._settings(NETWORK, RECIPE),
    }
    return core.TrainingFloat64(**{**given, **changes})


def test_the_module_runs_what_is_right():
    flat = FLAT.copy()
    core.run([core.EpochFloat64(run_of(), **{**EPOCH, "flat": flat})], 2)
    assert np.array_equal(flat, trained())


WRONG_CALLS = {
    "no array": {"dense": "X"},
    "another type": {"dense": X.astype(np.float32)},
    "one dimension": {"dense": X[0]},
    "too few columns": {"dense": X[:, 1:]},
    "column by column": {"dense": np.asfortranarray(X)},
    "Y column by column": {"y": np.asfortranarray(Y)},
    "neither": {"dense": None},
    "both": {"compressed": COMPRESSED},
    "too few rows of Y": {"y": Y[1:]},
    "too few columns of Y": {"y": Y[:, 1:].copy()},
    "too few weights": {"weights": WEIGHTS[1:]},
    "strided weights": {"weights": np.repeat(WEIGHTS, 2)[::2]},
    "too many in the order": {"order": np.zeros(N_ROWS + 1, np.int64)},
    "a short order": {"order": ORDER.astype(np.int32)},
    "read-only parameters": {"flat": read_only(FLAT)},
    "too few parameters": {"flat": FLAT[1:].copy()},
    "no batch": {"batch_size": 0},
    "a batch of 2³¹": {"batch_size": 2**31},
    "too few rates": {"learning_rates": RATES[1:].copy()},
    "rates of another type": {"learning_rates": RATES.astype(np.float32)},
    "values without columns": {"dense": None, "compressed": (np.ones(3), np.zeros(2, np.int32), np.array([0, 2]), 5)},
    "no starts": {"dense": None, "compressed": (np.ones(2), np.zeros(2, np.int32), np.zeros(0, np.int64), 5)},
    "sparse of another width": {"dense": None, "compressed": (*COMPRESSED[:3], 4)},
}


@pytest.mark.parametrize("wrong", WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_the_module_refuses_an_epoch(wrong):
    with pytest.raises((TypeError, ValueError)):
        core.EpochFloat64(run_of(), **{**EPOCH, **wrong})


def settings(**changes):
    made = native._settings(NETWORK, RECIPE)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


WRONG_RUNS = {
    "no layers": {"sizes": [5], "activations": []},
    "no units": {"sizes": [5, 0, 6, 3]},
    "negative units": {"sizes": [5, -7, 6, 3]},
    "too few activations": {"activations": [2, 2]},
    "an unknown activation": {"activations": [2, 13, 12]},
    "a negative activation": {"activations": [2, -1, 12]},
    "softmax inside": {"activations": [2, 12, 12]},
    "an unknown loss": {"loss": 4},
    "a negative loss": {"loss": -1},
    "another target": {"target": "avx1024"},
    "no settings": {"settings": None},
    "an unknown optimizer": {"settings": settings(optimizer=7)},
    "a negative optimizer": {"settings": settings(optimizer=-1)},
    "too many slots": {"settings": settings(n_slots=3)},
    "too few slots": {"settings": settings(n_slots=1)},
    "negative slots": {"settings": settings(n_slots=-1)},
    "all dropped": {"settings": settings(dropout=1.0)},
}


@pytest.mark.parametrize("wrong", WRONG_RUNS.values(), ids=WRONG_RUNS)
def test_the_module_refuses_a_run(wrong):
    with pytest.raises((TypeError, ValueError)):
        run_of(**wrong)
    if not wrong.keys() & {"sizes", "target"}:
        changes = {"activations": [2, 2, 12], "loss": 0, "paired": True, "settings": settings(), **wrong}
        with pytest.raises((TypeError, ValueError)):
            run_of().adjust(**changes)


def test_the_module_refuses_a_prediction():
    W, b = start().W[1:], start().b[1:]
    right = SimpleNamespace(W=W, b=b, activations=[2, 2, 12], dense=X, compressed=None, output=np.empty((N_ROWS, 3)))
    more = {"pre_activation": False, "n_threads": 1}
    core.predict(**vars(right), **more)
    for wrong in (
        {"W": W[:-1]},
        {"b": [b[0], b[1], b[2][1:]]},
        {"W": [W[0], W[0], W[2]], "b": [b[0], b[0], b[2]]},
        {"activations": [2, 2]},
        {"activations": [2, 2, 13]},
        {"activations": [2, 12, 12]},
        {"activations": [2, -3, 12]},
        {"W": [], "b": [], "activations": []},
        {"output": np.empty((N_ROWS, 2))},
        {"output": np.empty((N_ROWS - 1, 3))},
        {"output": np.empty((N_ROWS, 3), order="F")},
        {"output": read_only(np.empty((N_ROWS, 3)))},
        {"dense": None},
        {"W": [np.asfortranarray(array) for array in W]},
    ):
        with pytest.raises((TypeError, ValueError)):
            core.predict(**{**vars(right), **wrong}, **more)


def test_the_module_refuses_other_slots():
    run = run_of()
    for number, array in ((-1, FLAT), (2, FLAT), (0, FLAT[1:].copy()), (0, FLAT.astype(np.float32))):
        with pytest.raises((TypeError, ValueError)):
            run.load_slot(number, array.copy())
    for calls in ([None], None, [run]):
        with pytest.raises((TypeError, ValueError)):
            core.run(calls, 1)


def named(nodes):
    """The public names that statements of a stub define."""
    found = {
        getattr(node, "name", "") or node.target.id
        for node in nodes
        if hasattr(node, "name") or hasattr(node, "target")
    }
    return {name for name in found if not name.startswith("_")}


def test_the_stub_describes_the_module():
    stub = ast.parse(Path(native.__file__).with_name("_core.pyi").read_text("utf-8")).body
    classes = {node.name: named(node.body) for node in stub if isinstance(node, ast.ClassDef)}
    assert named(stub) == {name for name in dir(core) if not name.startswith("_")}
    for described, name in (("Settings", "Settings"), ("Call", "Call"), ("_Training", "TrainingFloat32")):
        assert classes[described] == {part for part in dir(getattr(core, name)) if not part.startswith("_")}
