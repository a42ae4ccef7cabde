"""What a person gets wrong is told in one line that names it."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import ENGINES
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.initializers import INITIALIZERS
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES

from .cases import table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, y = table("multiclass")
QUICK = {"hidden_layer_sizes": (5,), "max_iter": 2, "random_state": 0}


def one_line_error(kind, action, *says):
    """Assert that an action fails in one line that holds all of some words."""
    with pytest.raises(kind) as caught:
        action()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert [words for words in says if words not in message] == []


def classifier(**arguments):
    return MLPClassifier(**{**QUICK, **arguments})


def spoiled(value):
    wrong = X.copy()
    wrong[3, 1] = value
    return wrong


def test_the_right_input_is_taken():
    classifier(activation=("tanh",)).fit(X, y, np.ones(len(y)))
    MLPRegressor(loss="poisson", **QUICK).fit(X, y)
    classifier(early_stopping=True).fit(X, y)
    classifier().partial_fit(X, y, classes=np.unique(y)).partial_fit(X[:5], y[:5])
    warm = classifier(warm_start=True)
    warm.fit(X, y).fit(X, y)


@pytest.mark.parametrize("sizes", [(0,), (5, -1), (5, 2.5), (5, "6"), ("ten",), (None,), (5, (6, 7))], ids=str)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_hidden_layer_sizes(kind, sizes):
    one_line_error(
        ValueError, lambda: kind(hidden_layer_sizes=sizes).fit(X, y), "hidden_layer_sizes", "positive whole number"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_numbers_that_are_none(value, solver):
    word = "NaN" if np.isnan(value) else "infinity"
    # scikit-learn's own message goes on with advice about missing values: its first line says what is wrong
    for action in (
        lambda: classifier(solver=solver).fit(spoiled(value), y),
        lambda: classifier(solver=solver).fit(X, y).predict(spoiled(value)),
        lambda: MLPRegressor(**QUICK, solver=solver).fit(X, np.where(y == 1, value, y)),
    ):
        with pytest.raises(ValueError, match="contains") as caught:
            action()
        assert word in str(caught.value).splitlines()[0]


@pytest.mark.parametrize(
    ("argument", "table_of_names"),
    [
        ("activation", [name for name, entry in ACTIVATIONS.items() if entry.elementwise]),
        ("solver", [*OPTIMIZERS, "sgd", "lbfgs"]),
        ("schedule", SCHEDULES),
        ("initializer", INITIALIZERS),
        ("engine", [*ENGINES, "auto"]),
    ],
)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_wrong_name_is_answered_with_all_right_ones(kind, argument, table_of_names):
    names = [repr(name) for name in table_of_names]
    one_line_error(ValueError, lambda: kind(**{argument: "no_such"}).fit(X, y), argument, "'no_such'", *names)


def test_activation_per_layer():
    one_line_error(ValueError, lambda: classifier(activation=("relo",)).fit(X, y), "'relo'", "'relu'", *ACTIVATIONS)
    one_line_error(ValueError, lambda: classifier(activation=("softmax",)).fit(X, y), "'softmax'", "output layer only")
    for wrong in (("relu", "tanh"), ()):
        one_line_error(
            ValueError,
            lambda wrong=wrong: classifier(activation=wrong).fit(X, y),
            f"{len(wrong)} activations",
            "1 hidden",
        )


@pytest.mark.parametrize(
    "argument",
    [
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"label_smoothing": 1.0},
        {"max_grad_norm": 0.0},
        {"weight_decay": -1.0},
        {"class_weight": "equal"},
        {"loss": "hinge"},
        {"callbacks": print},
        {"scoring": 3},
        {"scoring": "no_such", "early_stopping": True},
        {"alpha": -1.0},
        {"max_iter": 0},
    ],
    ids=str,
)
def test_arguments_out_of_range(argument):
    name = next(iter(argument))
    one_line_error(ValueError, lambda: classifier(**argument).fit(X, y), name, str(argument[name]))


def test_negative_counts():
    one_line_error(ValueError, lambda: MLPRegressor(loss="poisson").fit(X, y - 1.5), "poisson", "-1.5")


def test_warm_start_with_other_classes():
    warm = classifier(warm_start=True).fit(X, y)
    one_line_error(ValueError, lambda: warm.fit(X, y + 1), "warm_start", "same classes", "[0 1 2]", "3")
    one_line_error(ValueError, lambda: warm.fit(X[:100], y[:100]), "warm_start", "same classes")


def test_partial_fit():
    def first(**arguments):
        return classifier(**arguments).partial_fit(X, y, classes=[0, 1, 2])

    one_line_error(ValueError, lambda: classifier().partial_fit(X, y), "classes", "first call")
    one_line_error(ValueError, lambda: first().partial_fit(X, y + 1), "classes", "[3]", "[0 1 2]")
    one_line_error(ValueError, lambda: classifier().partial_fit(X, y, classes=[0, 1]), "classes", "[2]", "[0 1]")
    one_line_error(ValueError, lambda: first(early_stopping=True), "partial_fit", "early_stopping")
    one_line_error(ValueError, lambda: first(class_weight="balanced"), "class_weight", "partial_fit")
    one_line_error(AttributeError, lambda: first(solver="lbfgs"), "partial_fit")
    assert not hasattr(classifier(solver="lbfgs"), "partial_fit")
    assert hasattr(classifier(), "partial_fit")


@pytest.mark.parametrize(("kind", "target"), [(MLPClassifier, y % 2), (MLPClassifier, y), (MLPRegressor, y)])
def test_validation_set_too_small(kind, target):
    model = kind(early_stopping=True, validation_fraction=0.1, **QUICK)
    few = [0, 1, 2, 50, 51, 52, 100, 101, 102]
    with pytest.raises(ValueError, match=r"too small|should be greater") as caught:
        model.fit(X[few], target[few])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("weights", [np.ones(len(y) - 1), np.ones((len(y), 2)), np.full(len(y), np.nan)], ids=len)
def test_sample_weight(weights):
    with pytest.raises(ValueError, match=r"(?i)sample.weight"):
        classifier().fit(X, y, weights)


def test_predicting_too_early_or_from_other_columns():
    one_line_error(NotFittedError, lambda: classifier().predict(X), "not fitted")
    one_line_error(NotFittedError, lambda: classifier().parameters_, "not fitted")
    one_line_error(ValueError, lambda: classifier().fit(X, y).predict(X[:, :2]), "2 features", "4 features")
    one_line_error(ValueError, lambda: classifier().fit(X, y[:-1]), "inconsistent numbers of samples")


@pytest.mark.parametrize("name", ["dropout", "max_grad_norm", "schedule"])
def test_what_lbfgs_would_ignore(name):
    value = "cosine" if name == "schedule" else 0.5
    one_line_error(ValueError, lambda: MLPClassifier(solver="lbfgs", **{name: value}).fit(X, y), name, "lbfgs")


def test_negative_weights():
    one_line_error(ValueError, lambda: MLPClassifier().fit(X, y, sample_weight=-np.ones(len(y))), "sample_weight")
    one_line_error(ValueError, lambda: MLPClassifier(class_weight={y[0]: -1.0}).fit(X, y), "class_weight", "at least 0")


@pytest.mark.parametrize("scoring", ["neg_log_loss", "accuracy", "roc_auc"])
def test_a_score_of_another_kind_of_model(scoring):
    model = MLPRegressor(early_stopping=True, scoring=scoring)
    one_line_error(ValueError, lambda: model.fit(X, X[:, 0]), "scoring", scoring)
