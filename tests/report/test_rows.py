"""What is measured, and on which rows: never on rows that were trained on without saying so."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import log_loss

import clearprop
from clearprop import MLPClassifier, load, save
from clearprop.estimators.table_model import TableModel
from clearprop.report.making import report
from clearprop.report.subject import subject_of
from clearprop.report.texts import percent
from clearprop.report.views import view_of
from clearprop.tables import TableError
from cli.cases import people

from .cases import MODELS, OWN, PRESET, matrix, subject_model
from .parsing import parsed

NEWER = people(50, seed=3)


def subject(model, table=None, y=None, **options):
    return subject_of(view_of(model), table, y, name="model", **options)


@pytest.mark.parametrize("arguments", [PRESET, OWN, {**OWN, "n_members": 3}], ids=["preset", "own", "several"])
@pytest.mark.parametrize("target", ["kind", "size", "price"])
def test_of_its_training_table_a_fresh_model_is_measured_on_held_out_rows(target, arguments):
    table = people(200)
    model = TableModel.fit(table, target, **arguments)
    found = subject(model, table)
    assert found.seen == "held out"
    assert found.origin[0].key == "report.origin_held_out"
    own = "hidden_layer_sizes" in arguments
    assert (len(found.rows) < 200) == own  # of one's own network, a tenth is held out
    if not own:
        kept = model.estimator.held_out_predictions_ if target == "price" else model.estimator.held_out_probabilities_
        expected = kept if target == "price" else model.estimator.decision_.probabilities(kept)
        np.testing.assert_allclose(found.rows.output, expected)
    assert not np.allclose(found.rows.output, found.view.output(found.rows.features), atol=1e-6) or own


def test_the_held_out_rows_of_a_network_of_ones_own_are_those_that_stopped_it():
    table = people(200)
    model = TableModel.fit(table, "kind", **{**OWN, "max_iter": 9})
    found = subject(model, table)
    rows = model.estimator.held_out_rows_
    assert found.rows.numbers.tolist() == sorted((rows + 1).tolist())
    expected = model.predict_proba(table)[np.sort(rows)]
    np.testing.assert_allclose(found.rows.output, expected, rtol=1e-5)
    best = max(epoch.score for epoch in model.estimator.history_.epochs)
    assert -log_loss(found.rows.y, found.rows.output) == pytest.approx(best, rel=1e-3)


@pytest.mark.parametrize("arguments", [PRESET, OWN], ids=["preset", "own"])
def test_a_saved_model_says_that_it_was_trained_on_its_table(arguments, tmp_path):
    save(TableModel.fit(people(), "size", **arguments), tmp_path / "m.clearprop")
    model = load(tmp_path / "m.clearprop")
    told = subject(model, people())
    assert (told.seen, told.origin[0].key) == ("trained on", "report.origin_trained")
    assert subject(model, NEWER).origin[0].key == "report.origin_other"
    assert subject(model, people()[:79]).origin[0].key == "report.origin_other"
    assert subject(model, NEWER, trained_on=True).seen == "trained on"
    text = report(model, people()).to_html()
    assert "looks better here than it is" in text and "Good." not in parsed(text).one("section", id="summary").text(
        "en"
    )


def test_nothing_is_claimed_where_nothing_is_known():
    model, X, y = subject_model("MLPClassifier")
    assert subject(model, X, y).origin[0].key == "report.origin_unknown"
    assert subject(model, X, y, trained_on=True).origin[0].key == "report.origin_trained"
    held = MLPClassifier((5,), early_stopping=True, max_iter=50, tol=1.0, random_state=0).fit(X, y)
    assert subject(held, X, y).seen == "unknown"
    assert len(subject(held, X, y, trained_on=True).rows) == len(held.held_out_rows_) == 8


def test_a_refit_forgets_what_an_earlier_fit_held_out():
    X, y = matrix()
    model = MLPClassifier((5,), early_stopping=True, max_iter=50, tol=1.0, random_state=0).fit(X, y)
    assert model.held_out_rows_ is not None
    assert model.set_params(early_stopping=False, tol=1.0).fit(X, y).held_out_rows_ is None


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith(("preset", "own", "nasty"))])
def test_the_numbers_of_a_report_are_those_of_evaluate(name):
    model, table, _ = subject_model(name)
    measures = model.evaluate(table)
    text = parsed(report(model, table).to_html()).one("section", id="measures").text("en")
    if model.labels is None:
        assert f"{measures['root_mean_squared_error']:.4g}" in text
    else:
        assert percent(measures["accuracy"], 2) in text
        assert f"{measures['log_loss']:.4g}" in text


def test_rows_without_a_target_and_of_unknown_classes_are_left_out_and_said():
    model, _, _ = subject_model("preset, classes")
    labels = NEWER["size"].to_pylist()
    labels[3], labels[7] = None, "huge"
    table = NEWER.set_column(NEWER.column_names.index("size"), "size", pa.array(labels))
    found = subject(model, table)
    assert len(found.rows) == 48
    assert found.rows.numbers.tolist() == [n for n in range(1, 51) if n not in (4, 8)]
    assert [message.key for message in found.origin] == ["report.origin_other", "report.unknown_classes"]
    assert "huge" not in report(model, table).to_html()


def test_without_rows_or_targets_a_report_says_so():
    model, table, _ = subject_model("preset, classes")
    for given, key in ((None, "no_table"), (table.drop_columns(["size"]), "no_target")):
        found = subject(model, given)
        assert found.rows is None and found.why_not.key == f"report.{key}"
        keys = [section.key for section in report(model, given).sections]
        assert "worst_rows" not in keys and {"measures", "pictures", "training", "gradients"} <= set(keys)
    with pytest.raises(TableError, match="no rows"):
        subject(model, table[:0])


def test_what_is_no_fitted_model_is_told():
    for wrong in (MLPClassifier(), MLPClassifier, object(), clearprop.TabularClassifier()):
        with pytest.raises(ValueError, match=r"^model: a fitted estimator") as caught:
            report(wrong)
        assert len(str(caught.value).splitlines()) == 1


def test_a_report_is_had_from_the_package_and_from_the_model(tmp_path):
    model, table, y = subject_model("MLPClassifier")
    assert clearprop.report(model, table, y).title == model.report(tmp_path / "r.md", table, y).title
    assert (tmp_path / "r.md").read_text(encoding="utf-8").startswith("# Report on MLPClassifier")
    assert callable(clearprop.report) and clearprop.report.Report.__name__ == "Report"
    with pytest.raises(AttributeError, match="no_such"):
        _ = clearprop.report.no_such
