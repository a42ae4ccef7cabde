"""Code of each form that courses use, in its usual variations: found, called, and its gradients equal to ours."""

import builtins
import tomllib
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.messages import catalog, languages
from clearprop.derivation.submissions.answer import Answer
from clearprop.derivation.submissions.forms.flattened import FlattenedFunction
from clearprop.derivation.submissions.forms.forward_backward_pair import ForwardBackwardPair
from clearprop.derivation.submissions.forms.interface import Adapter, Form
from clearprop.derivation.submissions.forms.named import slot_of
from clearprop.derivation.submissions.forms.network_class import NetworkClass
from clearprop.derivation.submissions.forms.params_class import ParamsClass
from clearprop.derivation.submissions.forms.torch_module import TorchModule
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network, Parameters

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")

FOLDER = Path(__file__).with_name("submissions")
FORMS: dict[str, Form] = {
    form.name: form
    for form in (ParamsClass(), ForwardBackwardPair(), FlattenedFunction(), NetworkClass(), TorchModule())
}

#: The factor of a row's loss, by m and n_L.
SCALES: dict[str, Callable[[int, int], float]] = {
    "mean": lambda m, n: 1 / m,
    "total": lambda m, n: 1.0,
    "mean_of_squares": lambda m, n: 2 / (m * n),
}
#: κ, by λ and m.
DECAYS: dict[str, Callable[[float, int], float]] = {
    "double": lambda λ, m: 2 * λ,
    "single": lambda λ, m: λ,
    "by_rows": lambda λ, m: λ / m,
}


@dataclass(frozen=True)
class Case:
    """A file with edits (old and new text); `wrong` is the edit that makes its gradient wrong."""

    form: str
    file: str
    name: str
    hidden: str
    output: str
    loss: str
    sizes: list[int]
    scale: str
    has_loss: bool
    wrong: list[str]
    has_output: bool = True
    needs_torch: bool = False
    decay: str | None = None
    edits: list[list[str]] = field(default_factory=list)
    hints: dict[str, Any] = field(default_factory=dict)


def cases() -> Iterator[Case]:
    for form in FORMS:
        for group in tomllib.loads((FOLDER / f"{form}.toml").read_text(encoding="utf-8"))["group"]:
            variations = group.pop("case")
            for variation in variations:
                yield Case(**{"form": form} | group | variation)


CASES = list(cases())


def ours(case: Case, m: int, penalty: float) -> Problem:
    """The same network on random data with every class present."""
    rng = np.random.default_rng(len(case.name) + m)
    sizes = tuple(case.sizes)
    network = Network(sizes, case.hidden, case.output, case.loss)
    W = [rng.normal(0, 0.7, (n, k)) for k, n in pairwise(sizes)]
    parameters = Parameters.of(W, [rng.normal(0, 0.5, n) for n in sizes[1:]])
    classes = np.eye(max(sizes[-1], 2))[np.arange(m) % max(sizes[-1], 2)]
    Y = classes if sizes[-1] > 1 else classes[:, 1:]
    decay = DECAYS[case.decay](penalty, m) if case.decay else 0.0
    return Problem.of(network, parameters, rng.normal(size=(m, sizes[0])), Y, SCALES[case.scale](m, sizes[-1]), decay)


def found(case: Case, *more: list[str]) -> Adapter:
    if case.needs_torch or case.form == "torch_module":
        pytest.importorskip("torch")
    source = (FOLDER / case.file).read_text(encoding="utf-8")
    for old, new in (*case.edits, *more):
        assert old in source, old
        source = source.replace(old, new)
    adapter = FORMS[case.form].find(names_of(source), source)
    assert adapter is not None
    return adapter


def answered(adapter: Adapter, problem: Problem, penalty: float) -> Answer:
    return adapter.call(adapter.layouts[0], problem.parameters, problem.X, problem.Y, penalty)


def differs(answer: Answer, problem: Problem) -> bool:
    """Whether any gradient is off by more than rounding."""
    for l in problem.network.layers:
        pairs = (answer.dW[l], problem.gradients.dW[l]), (answer.db[l], problem.gradients.db[l])
        for theirs, right in pairs:
            if theirs is None or theirs.shape != right.shape or not np.allclose(theirs, right, rtol=1e-8, atol=1e-11):
                return True
    return False


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gradients_are_those_of_the_code(case: Case) -> None:
    adapter = found(case)
    for m, penalty in ((7, 0.0), (7, 0.3 if case.decay else 0.0), (4, 0.0)):
        problem = ours(case, m, penalty)
        answer = answered(adapter, problem, penalty)
        assert not differs(answer, problem)
        assert answer.changed == ()
        assert (answer.loss is not None) == case.has_loss == adapter.hints.has_loss
        if case.has_loss and "squared" not in problem.network.loss:
            assert answer.loss == pytest.approx(problem.loss, rel=1e-9)
            loss = adapter.loss(adapter.layouts[0], problem.parameters, problem.X, problem.Y, penalty)
            assert loss == pytest.approx(answer.loss, rel=1e-12)
        assert (answer.output is not None) == (case.has_output and case.form != "flattened")
        if answer.output is not None:
            np.testing.assert_allclose(answer.output, problem.passed.a[-1], rtol=1e-9)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_one_differs(case: Case) -> None:
    adapter = found(case, case.wrong)
    problem = ours(case, 7, 0.3 if case.decay else 0.0)
    assert differs(answered(adapter, problem, 0.3), problem)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hints_say_what_the_code_fixes(case: Case) -> None:
    hints = found(case).hints
    assert hints.takes_penalty == (case.decay is not None)
    assert hints.depth in (None, len(case.sizes) - 1)
    for name, value in case.hints.items():
        assert getattr(hints, name) == (tuple(value) if isinstance(value, list) else value)
    for name in (hints.output, hints.hidden):
        assert name is None or name in ACTIVATIONS


@pytest.mark.parametrize("file", dict.fromkeys(case.file for case in CASES))
def test_no_other_form_takes_it(file: str) -> None:
    source = (FOLDER / file).read_text(encoding="utf-8")
    if "torch" in source:
        pytest.importorskip("torch")
    names = names_of(source)
    forms = {case.form for case in CASES if case.file == file}
    assert {name for name, form in FORMS.items() if form.find(names, source) is not None} == forms


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_given_stays_as_it_was(case: Case) -> None:
    problem = ours(case, 7, 0.0)
    arrays = [*problem.parameters.arrays(), problem.X, problem.Y]
    before = [array.copy() for array in arrays]
    answered(found(case), problem, 0.0)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("planar", ["    dZ1 =", "    parameters['W2'] = W2 - 0.1 * dW2\n    dZ1 ="]),
        ("planar", ["    dZ1 =", "    parameters['W2'] -= 0.1 * dW2\n    dZ1 ="]),
        ("net", ["        dhidden = ", "        W2 -= 0.1 * grads['W2']\n        dhidden = "]),
        (
            "network, 3 layers",
            ["        for l in", "        self.weights[-1] = self.weights[-1] - 1\n        for l in"],
        ),
    ],
)
def test_what_the_code_changes_is_told(name: str, edit: list[str]) -> None:
    case = next(case for case in CASES if case.name == name)
    answer = answered(found(case, edit), ours(case, 7, 0.0), 0.0)
    assert answer.changed == (f"W{len(case.sizes) - 1}",)


@pytest.mark.parametrize("language", languages())
def test_each_form_has_a_name(language: str) -> None:
    assert {f"forms.{name}" for name in FORMS} <= set(catalog(language))


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("W1", ("W", 1, False)),
        ("b12", ("b", 12, False)),
        ("dW2", ("W", 2, True)),
        ("grad_W1", ("W", 1, True)),
        ("gradb2", ("b", 2, True)),
        ("dJdW1", ("W", 1, True)),
        ("dJ_db1", ("b", 1, True)),
        ("W1_grad", ("W", 1, True)),
        ("weights1", ("W", 1, False)),
        ("bias_2", ("b", 2, False)),
        ("delta_w1", ("W", 1, True)),
        ("Z1", None),
        ("dA1", None),
        ("batch1", None),
        ("w", None),
    ],
)
def test_names_mean_parameters_and_gradients(name: str, slot: tuple[str, int, bool] | None) -> None:
    assert slot_of(name) == slot


def names_of(source: str) -> dict[str, Any]:
    """What a source defines, executed with small helpers for the course files that it imports."""

    def import_or_help(name: str, scope: Any = None, local: Any = None, names: Any = (), level: int = 0) -> Any:
        try:
            if level:
                raise ImportError(name)
            return builtins.__import__(name, scope, local, names or (), level)
        except ImportError:
            helpers = types.ModuleType(name)
            vars(helpers).update(HELPERS | HELPERS_OF.get(name.partition("_")[0].partition(".")[0], {}))
            vars(helpers).setdefault("__all__", [name for name in vars(helpers) if not name.startswith("_")])
            vars(helpers)["__getattr__"] = lambda name: helpers
            return helpers

    scope: dict[str, Any] = {"__name__": "person", "get_ipython": lambda: types.SimpleNamespace(magic=str)}
    scope["__builtins__"] = vars(builtins) | {"__import__": import_or_help}
    given = set(scope)
    exec(compile(source, "person.py", "exec"), scope)
    return {
        name: value
        for name, value in scope.items()
        if (
            name not in given
            and not isinstance(value, types.ModuleType)
            and not (callable(value) and getattr(value, "__module__", "person") != "person")
        )
        or (isinstance(value, object) and type(value).__name__ == "Sequential")
    }


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_loss(scores: Any, y: Any) -> tuple[float, Any]:
    p, rows = softmax(scores), np.arange(len(y))
    slope = p.copy()
    slope[rows, y] -= 1
    return -np.log(p[rows, y]).mean(), slope / len(y)


def affine_backward(slope: Any, cache: Any) -> tuple[Any, Any, Any]:
    x, w, _ = cache
    return slope @ w.T, x.T @ slope, slope.sum(axis=0)


def affine_relu_forward(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
    z = x @ w + b
    return np.maximum(z, 0), ((x, w, b), z)


def relu(z: Any) -> Any:
    return np.maximum(z, 0)


HELPERS: dict[str, Any] = {
    "sigmoid": sigmoid,
    "sigmoid_grad": lambda a: a * (1 - a),
    "relu": relu,
    "softmax": softmax,
    "cross_entropy_error": lambda y, t: (
        -np.sum(np.log(y[np.arange(len(y)), t if t.ndim == 1 else t.argmax(1)])) / len(y)
    ),
    "softmax_loss": softmax_loss,
    "affine_forward": lambda x, w, b: (x @ w + b, (x, w, b)),
    "affine_backward": affine_backward,
    "affine_relu_forward": affine_relu_forward,
    "affine_relu_backward": lambda slope, cache: affine_backward(slope * (cache[1] > 0), cache[0]),
    "compute_cost": lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / y.shape[1],
}

HELPERS_OF: dict[str, dict[str, Any]] = {
    "common": {"sigmoid_grad": lambda z: sigmoid(z) * (1 - sigmoid(z))},
    "dnn": {
        "sigmoid": lambda z: (sigmoid(z), z),
        "relu": lambda z: (relu(z), z),
        "sigmoid_backward": lambda slope, z: slope * sigmoid(z) * (1 - sigmoid(z)),
        "relu_backward": lambda slope, z: slope * (z > 0),
    },
}
