"""`work`: one training step with every number, of every kind of model a person can have."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from clearprop import MLPClassifier, Network, Parameters, backward, forward, save, work
from clearprop.estimators.table_model import TableModel
from cli.cases import people

from .cases import MODELS, X, estimator_of, fitted

NETWORK = Network((2, 2, 2))
PARAMETERS = Parameters.of([[[0.2, -0.4], [0.7, 0.1]], [[0.5, -1.0], [-0.6, 0.8]]], [[0.1, -0.3], [0.0, 0.2]])
PAIR = (NETWORK, PARAMETERS)


def refusal(*arguments, kind=ValueError, **options):
    """What `work` says in one line."""
    with pytest.raises(kind) as caught:
        work(*arguments, **options)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def first(model, rows):
    return rows[:1] if isinstance(model, TableModel) else rows.iloc[:1] if hasattr(rows, "iloc") else rows[:1]


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_model_is_worked_out(name):
    model, rows = fitted(name)
    row, estimator = first(model, rows), estimator_of(model)
    found = work(model, row)
    network, parameters = estimator.network_, estimator.parameters_
    assert found.network == network
    X = model.encoder.transform(row) if isinstance(model, TableModel) else np.asarray(row)
    passed = forward(network, parameters, X.astype(float))
    np.testing.assert_allclose(found.passed.output, passed.output, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.X, X, rtol=1e-6)
    for l in network.layers:
        np.testing.assert_allclose(
            found.gradients.dW[l], backward(network, parameters, passed, found.Y).dW[l], rtol=1e-4, atol=1e-7
        )
    if not isinstance(model, TableModel):  # it has its target in the table
        np.testing.assert_allclose(estimator._encode(estimator.predict(row), np.dtype(float)), found.Y)
    assert "One training step" in str(found)


@pytest.mark.parametrize("name", ["strings", "table of two classes", "amount"])
def test_a_file_is_worked_out_as_its_model(tmp_path, name):
    model, rows = fitted(name)
    save(model, tmp_path / "m.clearprop")
    expected = str(work(model, first(model, rows)))
    for path in (tmp_path / "m.clearprop", str(tmp_path / "m.clearprop")):
        assert str(work(path, first(model, rows))) == expected


def test_a_table_brings_its_targets():
    model, table = fitted("table of three classes")
    found = work(model, table[:5])
    np.testing.assert_array_equal(
        found.Y.argmax(axis=1), [model.labels.index(label) for label in table["size"][:5].to_pylist()]
    )
    without = work(model, table.drop_columns(["size"])[:5])
    predicted = model.predict(table[:5]).to_pylist()
    np.testing.assert_array_equal(without.Y.argmax(axis=1), [model.labels.index(label) for label in predicted])
    assert work(model, table[:5].to_pandas()).loss_before == pytest.approx(found.loss_before)
    assert work(model, table[:5].to_pydict()).loss_before == pytest.approx(found.loss_before)


def test_amounts_of_a_table_are_on_the_scale_of_the_network():
    model, table = fitted("table of amounts")
    found = work(model, table[:3])
    np.testing.assert_allclose(
        found.Y[:, 0] * model.networks.scale + model.networks.centre, table["price"][:3].to_numpy(), rtol=1e-6
    )


def test_a_pair_takes_one_row_or_several():
    one = work(PAIR, [1.0, 2.0], [0.0, 1.0])
    several = work(PAIR, [[1.0, 2.0], [1.0, 2.0]], [[0, 1], [0, 1]])
    for l in NETWORK.layers:
        np.testing.assert_allclose(one.gradients.dW[l], several.gradients.dW[l], rtol=1e-12)
    assert one.loss_after < one.loss_before


def test_every_option_arrives():
    plain = work(PAIR, [1.0, 2.0], [0.0, 1.0])
    assert "∂E/∂w¹₁₂" in str(work(PAIR, [1.0, 2.0], [0.0, 1.0], quantity="W1[1,2]"))
    far = work(PAIR, [1.0, 2.0], [0.0, 1.0], learning_rate=0.2)
    np.testing.assert_allclose(far.updated.W[1] - PARAMETERS.W[1], 2 * (plain.updated.W[1] - PARAMETERS.W[1]))
    penalised = work(PAIR, [1.0, 2.0], [0.0, 1.0], penalty=0.5)
    np.testing.assert_allclose(penalised.gradients.dW[2], plain.gradients.dW[2] + 0.5 * PARAMETERS.W[2])
    assert "前向" in str(work(PAIR, [1.0, 2.0], [0.0, 1.0], language="zh"))
    assert str(work(PAIR, [1.0, 2.0], [0.0, 1.0], shapes=True)) != str(plain)
    assert "Größe µ" in str(work(PAIR, [1.0, 2.0], [0.0, 1.0], input_names=["Größe µ", "b"]))
    assert work(PAIR, [1.0, 2.0], [0.0, 1.0], learning_rate=0).loss_after == plain.loss_before


def test_the_models_own_names_give_way_to_given_ones():
    model, rows = fitted("columns with names")
    assert "größe" in str(work(model, rows.iloc[:1]))
    assert "größe" not in str(work(model, rows.iloc[:1], input_names=list("wxyz")))


NO_MODELS = [3, None, "", object(), LogisticRegression(), (PARAMETERS, NETWORK), (NETWORK,)]


@pytest.mark.parametrize("model", NO_MODELS, ids=lambda model: type(model).__name__)
def test_what_is_no_model_is_told(model):
    said = refusal(model, [1.0, 2.0], kind=(ValueError, OSError))
    assert model == "" or ("model:" in said and type(model).__name__ in said)


def test_a_class_is_no_model():
    assert "the class MLPClassifier" in refusal(MLPClassifier, X[:1])


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        ([1.0], [0, 1], ("x:", "2 numbers a row")),
        ([1.0, 2.0, 3.0], [0, 1], ("x:", "2 numbers a row")),
        (["a", "b"], [0, 1], ("x:", "numbers")),
        ([np.nan, 1.0], [0, 1], ("x:", "finite")),
        ([1.0, 2.0], None, ("y:", "2 numbers a row")),
        ([1.0, 2.0], 1, ("y:", "2 numbers a row")),
        ([1.0, 2.0], [[0, 1], [0, 1]], ("y:", "1 rows of x", "got 2")),
        ([1.0, 2.0], [np.inf, 1], ("y:", "finite")),
        ([1.0, 2.0], [1, 1], ("y:", "sum to 1", "2")),
    ],
    ids=str,
)
def test_rows_that_do_not_fit_a_pair_are_told(x, y, says):
    said = refusal(PAIR, x, y)
    assert [words for words in says if words not in said] == []


def test_targets_that_the_loss_cannot_have_are_told():
    counts = Network((2, 1), output="exponential", loss="poisson")
    assert "-1" in refusal((counts, Parameters.of([[[1, -1]]], [[0]])), [1, 1], [-1])
    other = Network((2, 2, 2), loss="half_squared_error")  # softmax without its pair: any targets
    assert work((other, PARAMETERS), [1, 2], [3, 4]).loss_before > 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"quantity": "W9"}, ("quantity", "layers 1 to 2")),
        ({"quantity": "foo"}, ("quantity", "'foo'")),
        ({"language": "fr"}, ("language", "'fr'", "en, zh")),
        ({"learning_rate": -1}, ("learning_rate", "-1")),
        ({"learning_rate": "a"}, ("learning_rate", "'a'")),
        ({"learning_rate": np.nan}, ("learning_rate", "nan")),
        ({"learning_rate": 1e308, "penalty": 1e200}, ("learning_rate", "1e+308")),
        ({"penalty": -1}, ("penalty", "-1")),
    ],
    ids=str,
)
def test_options_that_do_not_fit_are_told(options, says):
    said = refusal(PAIR, [1.0, 2.0], [0.0, 1.0], **options)
    assert [words for words in says if words not in said] == []


def test_parameters_of_another_network_are_told():
    assert "(3, 2, 2)" in refusal((Network((3, 2, 2)), PARAMETERS), [1, 2], [0, 1])


def test_models_and_tables_that_do_not_fit_are_told(tmp_path):
    assert "no such file" in refusal(tmp_path / "no.clearprop", X[:1], kind=(ValueError, OSError))
    model, table = fitted("table of two classes")
    assert "'age' is missing" in refusal(model, table[:1].drop_columns(["age"]))
    assert "'middling'" in refusal(model, {**people()[:1].to_pydict(), "kind": ["middling"]})
    assert "own column, 'kind'" in refusal(model, table[:1], "old")
    assert "not fitted" in refusal(MLPClassifier(), X[:1], kind=NotFittedError)
