"""What a report finds: gradients that vanish or explode, dead units, and the measures behind its charts."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, Network, Parameters
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import backward, forward
from clearprop.report.making import report
from clearprop.report.measures.classes import confusion, precision_recall, reliability, roc
from clearprop.report.measures.gradient_flow import EXPLODES, VANISHES, gradient_flow
from clearprop.report.measures.importance import permutation_importance
from clearprop.report.measures.units import layer_statistics
from clearprop.report.sections.training import mean_curve

from .parsing import parsed

X, y = scale(load_iris().data), load_iris().target


def flow(activation: str, size: float, depth: int):
    """The flow of a deep network whose weights are drawn with a standard deviation of size/√n."""
    network = Network((4, *(20,) * (depth - 1), 3), activation)
    norms = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        sizes = network.sizes
        W = [size * random.normal(size=(n, k)) / k**0.5 for n, k in zip(sizes[1:], sizes, strict=False)]
        parameters = Parameters.of(W, [np.zeros(n) for n in sizes[1:]])
        gradients = backward(network, parameters, forward(network, parameters, X), np.eye(3)[y])
        norms.append([np.linalg.norm(array) for array in gradients.dW[1:]])
    return gradient_flow(np.array(norms))


@pytest.mark.parametrize(
    ("activation", "size", "depth", "verdict"),
    [
        ("sigmoid", 1.0, 8, "vanishes"),
        ("relu", 1.4, 8, "keeps"),
        ("tanh", 1.0, 16, "keeps"),
        ("tanh", 8.0, 16, "explodes"),
    ],
)
def test_gradients_of_real_networks_are_judged(activation, size, depth, verdict):
    found = flow(activation, size, depth)
    assert found.verdict == verdict
    assert (found.ratio < VANISHES) == (verdict == "vanishes")
    assert (found.ratio > EXPLODES) == (verdict == "explodes")


def test_the_rule_at_its_borders():
    def verdict(ratio):
        return gradient_flow(np.array([[ratio, 1.0]])).verdict

    assert [verdict(r) for r in (0.9 * VANISHES, VANISHES, 1.0, EXPLODES, 1.1 * EXPLODES)] == [
        "vanishes",
        "keeps",
        "keeps",
        "keeps",
        "explodes",
    ]
    assert gradient_flow(np.array([[1.0]])).verdict == "unknown"
    assert gradient_flow(np.array([[np.nan, 1.0], [1.0, 0.0]])).verdict == "unknown"
    one_bad_epoch = np.array([[1.0, 1.0], [1e-9, 1.0], [1.0, 1.0]])
    assert gradient_flow(one_bad_epoch).verdict == "keeps"  # the median epoch counts


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("activation", "words"), [("sigmoid", "Gradients vanish"), ("relu", "neither vanish nor explode")]
)
def test_a_report_says_it_in_plain_words(activation, words):
    initializer = {"sigmoid": "glorot_normal", "relu": "he_normal"}[activation]
    model = MLPClassifier((20,) * 7, activation, initializer=initializer, max_iter=3, random_state=0).fit(X, y)
    section = parsed(report(model, X, y).to_html()).one("section", id="gradients")
    assert words in section.text("en")
    assert "1/100" in section.text("en") and "1/100" in section.text("zh")
    assert section.all("p", class_=f"finding {'warning' if activation == 'sigmoid' else 'good'}")


def on_rows(network, W, b, rows=X):
    return NetworkOnRows(network, Parameters.of(W, b), rows, np.zeros((len(rows), network.sizes[-1])))


def test_dead_units_are_counted():
    network = Network((4, 5, 3), "relu")
    random = np.random.default_rng(0)
    W, b = [random.normal(size=(5, 4)), random.normal(size=(3, 5))], [np.zeros(5), np.zeros(3)]
    [alive] = layer_statistics(on_rows(network, W, b))
    b[0][[1, 3]] = -1e3
    [killed] = layer_statistics(on_rows(network, W, b))
    assert (alive.dead, killed.dead, killed.units) == (0, 2, 5)
    z = X @ W[0].T + b[0]
    assert killed.zeros == pytest.approx(np.mean(z <= 0))
    assert killed.mean == pytest.approx(np.maximum(z, 0).mean())
    assert killed.flat == killed.zeros


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
def test_flat_places_are_where_the_slope_is_small(name):
    network, entry = Network((1, 2, 1), name, "identity", "half_squared_error"), ACTIVATIONS[name]
    rows = np.linspace(-6, 6, 301)[:, None]
    [found] = layer_statistics(on_rows(network, [[[1.0], [0.5]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]], rows))
    z = rows * np.array([1.0, 0.5])
    slopes = np.abs(entry.derivative(z, entry.value(z, np), np))
    steepest = 1.0 if name == "exponential" else slopes.max()
    assert found.flat == pytest.approx(np.mean(slopes < 0.01 * steepest), abs=0.02)
    assert found.dead == 0


def test_confusion_and_curves_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    true, predicted = random.integers(0, 4, 300), random.integers(0, 4, 300)
    np.testing.assert_array_equal(confusion(true, predicted, 4), metrics.confusion_matrix(true, predicted))
    assert not np.array_equal(confusion(true, predicted, 4), metrics.confusion_matrix(predicted, true))
    score = random.random(300) + 0.3 * (true == 1)
    assert roc(true == 1, score).area == pytest.approx(metrics.roc_auc_score(true == 1, score))
    assert precision_recall(true == 1, score).area == pytest.approx(metrics.average_precision_score(true == 1, score))


def test_calibration_tells_right_probabilities_from_wrong_ones():
    random = np.random.default_rng(0)
    p = random.random(20_000)
    was_so = random.random(20_000) < p
    right, wrong = reliability(p, was_so), reliability(p**3, was_so)
    assert right.error < 0.02 < 0.15 < wrong.error
    assert right.counts.tolist() == [2000] * 10
    assert (np.abs(right.predicted - right.observed) < 2 * right.uncertainty).all()
    assert not (np.abs(wrong.predicted - wrong.observed) < 2 * wrong.uncertainty).all()


def test_importance_finds_what_is_relied_on_and_nothing_else():
    random = np.random.default_rng(0)
    table = pa.table(
        {"noise": random.normal(size=400), "strong": random.normal(size=400), "weak": random.normal(size=400)}
    )
    truth = 2.0 * table["strong"].to_numpy() + 0.5 * table["weak"].to_numpy()

    def output(rows):
        return 2.0 * rows["strong"].to_numpy() + 0.5 * rows["weak"].to_numpy()

    found = permutation_importance(table, truth, output)
    assert [one.column for one in found] == ["strong", "weak", "noise"]
    assert found[0].increase == pytest.approx(2 * 4.0, rel=0.2)  # E (2a − 2b)² of two independent draws
    assert found[2].increase == found[2].deviation == 0.0
    assert found == permutation_importance(table, truth, output)


def test_the_mean_of_curves_is_that_of_every_epoch():
    curves = [np.array([4.0, 2.0]), np.array([2.0, 0.0])]
    np.testing.assert_array_equal(mean_curve(curves), [3.0, 1.0])
