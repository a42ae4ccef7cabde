"""An ensemble is its members, each as it would have been fitted alone, and the mean of what they predict."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import ENGINES
from clearprop.training import DivergenceError

from .cases import same_weights, table, uneven_weights

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

QUICK = {"hidden_layer_sizes": (6,), "max_iter": 6, "random_state": 3, "learning_rate_init": 0.01, "n_members": 3}
NAMES = ("binary", "multiclass", "strings", "multilabel", "one target", "several targets", "counts")
WAYS = {
    "plain": {},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 30, "n_iter_no_change": 2},
    "scored": {"early_stopping": True, "scoring": "neg_log_loss", "max_iter": 4},
    "dropout": {"dropout": 0.3},
    "lbfgs": {"solver": "lbfgs"},
    "as they stand": {"shuffle": False, "early_stopping": True},
    "until no improvement": {"tol": 0.05, "n_iter_no_change": 1, "max_iter": 60},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 1, "max_iter": 30},
}


def kind_of(name):
    return MLPRegressor if name in ("one target", "several targets", "counts") else MLPClassifier


def model_of(name="multiclass", **arguments):
    return kind_of(name)(**{**QUICK, **arguments})


def fitted(name="multiclass", sample_weight=None, **arguments):
    return model_of(name, **arguments).fit(*table(name), sample_weight)


def alone(member):
    """An estimator that is not fitted, with a member's arguments."""
    single = clone(member)
    assert single.n_members == 1
    return single


def check_as_alone(ensemble, X, y, sample_weight=None):
    for member in ensemble.members_:
        single = alone(member).fit(X, y, sample_weight)
        assert same_weights(member, single, 0.0)
        assert member.n_iter_ == single.n_iter_
        assert member.loss_ == single.loss_
        assert member.history_.stopped_because == single.history_.stopped_because
        np.testing.assert_array_equal(member.predict(X), single.predict(X))
    first, second = ensemble.members_[:2]
    assert not same_weights(first, second)


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


# ---- the members ----


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_member_is_as_it_would_be_alone(way, engine):
    check_as_alone(fitted(**way, engine=engine), *table("multiclass"))


@pytest.mark.parametrize("name", NAMES)
def test_on_every_kind_of_target(name):
    check_as_alone(fitted(name), *table(name))


def test_with_row_weights():
    X, y = table("binary")
    weights = uneven_weights(len(y))
    ensemble = model_of("binary", early_stopping=True, class_weight="balanced").fit(X, y, weights)
    check_as_alone(ensemble, X, y, weights)
    assert not same_weights(ensemble.members_[0], alone(ensemble.members_[0]).fit(X, y))


def test_on_sparse_rows():
    X, y = table("multilabel")
    sparse = csr_array(X)
    ensemble = model_of("multilabel", early_stopping=True).fit(sparse, y)
    check_as_alone(ensemble, sparse, y)
    np.testing.assert_allclose(ensemble.predict_proba(sparse), ensemble.predict_proba(X), rtol=1e-12)


def test_seeds_are_drawn_as_documented():
    seeds = np.random.RandomState(3).randint(2**31 - 1, size=5).tolist()
    assert [member.random_state for member in fitted(n_members=5).members_] == seeds
    three, five = fitted(n_members=3).members_, fitted(n_members=5).members_
    assert all(same_weights(*pair, 0.0) for pair in zip(three, five, strict=False))
    assert fitted(random_state=4).members_[0].random_state not in seeds


def test_members_with_no_fixed_seed_differ():
    X, y = table("multiclass")
    first, second = (model_of(random_state=None).fit(X, y) for _ in range(2))
    assert not any(same_weights(*pair) for pair in zip(first.members_, second.members_, strict=True))
    generator = np.random.RandomState(0)
    ensemble = model_of(random_state=generator).fit(X, y)
    check_as_alone(ensemble, X, y)
    assert ensemble.random_state is generator


def test_members_share_the_rows():
    X, y = table("multiclass")
    seen = []

    class Spy(type(ENGINES["reference"])):
        def epochs(self, calls):
            seen.extend(call.X for call in calls)
            return super().epochs(calls)

    model = model_of(early_stopping=True)
    original = ENGINES["reference"]
    ENGINES["reference"] = Spy()
    try:
        model.set_params(engine="reference").fit(X, y)
    finally:
        ENGINES["reference"] = original
    assert len(seen) == 3 * model.n_iter_
    assert all(rows is seen[0] for rows in seen)
    assert np.shares_memory(seen[0], X)


@pytest.mark.parametrize("name", ["multiclass", "one target"])
def test_a_member_is_usable_by_itself(name):
    X, y = table(name)
    member = fitted(name).members_[1]
    assert type(member) is kind_of(name)
    assert member.score(X, y) == alone(member).fit(X, y).score(X, y)
    assert member.check_gradient(X[:3], y[:3]).passed
    assert member.work(X[0]).passed.a[0].shape == (1, X.shape[1])
    assert pickle.loads(pickle.dumps(member)).predict(X).shape == y.shape
    member.fit(X, y)


# ---- one network is what it was ----


@pytest.mark.parametrize("name", ["multiclass", "one target"])
def test_one_member_is_no_ensemble(name):
    X, y = table(name)
    plain = {key: value for key, value in QUICK.items() if key != "n_members"}
    one, default = fitted(name, n_members=1), kind_of(name)(**plain).fit(X, y)
    assert same_weights(one, default, 0.0)
    assert not hasattr(one, "members_")
    assert one.random_state == 3


def test_another_number_of_members_is_another_model():
    X, y = table("multiclass")
    model = fitted()
    model.set_params(n_members=1).fit(X, y)
    assert same_weights(model, fitted(n_members=1), 0.0)
    assert not hasattr(model, "members_")
    model.set_params(n_members=2).fit(X, y)
    assert not hasattr(model, "coefs_")
    assert len(model.members_) == 2
    np.testing.assert_array_equal(model.predict_proba(X), fitted(n_members=2).predict_proba(X))


# ---- predictions ----


@pytest.mark.parametrize("name", ["binary", "multiclass", "strings", "multilabel"])
def test_probabilities_are_means(name):
    X, _ = table(name)
    ensemble = fitted(name, hidden_layer_sizes=(6, 5), max_iter=3)
    parts = np.array([member.predict_proba(X) for member in ensemble.members_])
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(ensemble.predict_proba(X), mean, rtol=1e-12)
    np.testing.assert_allclose(ensemble.predict_log_proba(X), np.log(mean), rtol=1e-9, atol=1e-12)
    expected = (mean > 0.5).astype(int) if name == "multilabel" else ensemble.classes_[mean.argmax(axis=1)]
    np.testing.assert_array_equal(ensemble.predict(X), expected)
    assert not np.allclose(mean, parts[0])
    if name == "multiclass":
        np.testing.assert_allclose(mean.sum(axis=1), 1.0)
        geometric = np.exp(np.log(parts).mean(axis=0))
        assert not np.allclose(ensemble.predict_proba(X), geometric / geometric.sum(axis=1, keepdims=True), rtol=1e-6)


@pytest.mark.parametrize("name", ["one target", "several targets", "counts"])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_amounts_are_means(name, loss):
    X, y = table(name)
    y = np.abs(y) if loss == "poisson" else y
    ensemble = model_of(name, loss=loss).fit(X, y)
    parts = [member.predict(X) for member in ensemble.members_]
    np.testing.assert_allclose(ensemble.predict(X), np.mean(parts, axis=0), rtol=1e-9, atol=1e-12)
    assert ensemble.predict(X).shape == y.shape
    assert not np.allclose(parts[0], parts[1])


@pytest.mark.parametrize("name", ["binary", "multiclass", "multilabel"])
def test_logarithms_are_finite_where_probabilities_vanish(name):
    X, _ = table(name)
    ensemble = fitted(name, max_iter=2)
    with np.errstate(all="raise", under="ignore"):
        logarithms = ensemble.predict_log_proba(X * 1e6)
    assert np.isfinite(logarithms).all()
    assert (ensemble.predict_proba(X * 1e6) == 0.0).any()


def test_in_single_precision():
    X, y = table("multiclass")
    ensemble = model_of().fit(X.astype(np.float32), y)
    assert ensemble.predict_proba(X).dtype == np.float32
    check_as_alone(ensemble, X.astype(np.float32), y)


# ---- what the ensemble reports ----


def test_reports_are_means_of_the_members():
    ensemble = fitted(**WAYS["until no improvement"], random_state=1)
    members = ensemble.members_
    lengths = [member.n_iter_ for member in members]
    assert len(set(lengths)) > 1
    assert ensemble.n_iter_ == max(lengths) == len(ensemble.loss_curve_) == len(ensemble.history_)
    curves = [member.loss_curve_ + [member.loss_] * (ensemble.n_iter_ - member.n_iter_) for member in members]
    np.testing.assert_allclose(ensemble.loss_curve_, np.mean(curves, axis=0))
    assert ensemble.loss_ == pytest.approx(np.mean([member.loss_ for member in members]))
    assert ensemble.loss_ == pytest.approx(ensemble.loss_curve_[-1])
    assert ensemble.best_loss_ == pytest.approx(np.mean([member.best_loss_ for member in members]))
    assert ensemble.t_ == max(lengths) * len(table("multiclass")[1])
    assert ensemble.validation_scores_ is ensemble.best_validation_score_ is None
    assert ensemble.history_.best_epoch == 1 + int(np.argmin(ensemble.loss_curve_))
    assert (ensemble.n_layers_, ensemble.n_outputs_, ensemble.out_activation_) == (3, 3, "softmax")


def test_held_out_scores_are_means():
    ensemble = fitted(early_stopping=True, tol=0.0, n_iter_no_change=50)
    curves = [member.validation_scores_ for member in ensemble.members_]
    np.testing.assert_allclose(ensemble.validation_scores_, np.mean(curves, axis=0))
    assert ensemble.best_validation_score_ == pytest.approx(np.mean([max(curve) for curve in curves]))
    assert ensemble.best_loss_ is None
    assert ensemble.history_.best_epoch == 1 + int(np.argmax(ensemble.validation_scores_))


def test_lbfgs_reports():
    ensemble = fitted(solver="lbfgs", max_iter=15)
    assert ensemble.loss_ == pytest.approx(np.mean([member.loss_ for member in ensemble.members_]))
    assert ensemble.n_iter_ == max(member.n_iter_ for member in ensemble.members_)
    assert ensemble.history_["loss"][-1] == pytest.approx(ensemble.loss_)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_", "parameters_"])
def test_what_one_network_has_is_found_in_the_members(name):
    ensemble = fitted()
    assert not hasattr(ensemble, name)
    with pytest.raises(AttributeError, match=f"{name} is of one network, and this model has 3: see members_"):
        getattr(ensemble, name)
    assert hasattr(ensemble.members_[0], name)
    assert hasattr(fitted(n_members=1), name)
    with pytest.raises(NotFittedError):
        _ = model_of().parameters_


@pytest.mark.parametrize("method", ["work", "check_gradient"])
def test_what_is_of_one_network_says_whom_to_ask(method):
    X, y = table("multiclass")
    with pytest.raises(ValueError, match=r"^" + method + r" is of one network, .* has 3: ask members_\[0\]"):
        getattr(fitted(), method)(X[:2], y[:2])
    with pytest.raises(NotFittedError):
        getattr(model_of(), method)(X[:2], y[:2])


# ---- callbacks, verbose, warnings ----


def test_callbacks_see_each_epoch_once():
    seen = []
    ensemble = fitted(callbacks=[seen.append])
    assert seen == ensemble.history_.epochs
    assert [epoch.epoch for epoch in seen] == [1, 2, 3, 4, 5, 6]
    assert {epoch.n_rows for epoch in seen} == {3 * len(table("multiclass")[1])}
    ended = fitted(callbacks=[lambda epoch: epoch.epoch == 2])
    assert [member.n_iter_ for member in ended.members_] == [2, 2, 2]


def test_verbose_prints_one_line_an_epoch(capsys):
    ensemble = fitted(verbose=True, **WAYS["until no improvement"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:-1]] == [f"Iteration {i + 1}" for i in range(ensemble.n_iter_)]
    assert lines[-1].endswith("Stopping.")


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
def test_one_warning_for_all():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(batch_size=1000)
    assert sorted(warning.category.__name__ for warning in caught) == [ConvergenceWarning.__name__, "UserWarning"]


def test_ctrl_c_leaves_a_model():
    def interrupt(epoch):
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted by user"):
        ensemble = fitted(callbacks=[interrupt])
    assert [member.n_iter_ for member in ensemble.members_] == [2, 2, 2]
    assert ensemble.predict(table("multiclass")[0]).shape == table("multiclass")[1].shape


# ---- going on ----


def test_partial_fit_goes_on_with_every_member():
    X, y = table("multiclass")
    ensemble = model_of()
    parts = (slice(0, 60), slice(60, None), slice(None))
    for rows in parts:
        ensemble.partial_fit(X[rows], y[rows], classes=np.unique(y))
    for member in ensemble.members_:
        single = alone(member)
        for rows in parts:
            single.partial_fit(X[rows], y[rows], classes=np.unique(y))
        assert same_weights(member, single, 0.0)
        assert len(member.history_) == 3
    assert (ensemble.n_iter_, len(ensemble.loss_curve_)) == (1, 3)


def test_partial_fit_of_amounts_without_a_seed():
    X, y = table("one target")
    ensemble = model_of("one target", random_state=None).partial_fit(X, y)
    seeds = [member.random_state for member in ensemble.members_]
    ensemble.partial_fit(X, y)
    assert not set(seeds) & {member.random_state for member in ensemble.members_}  # or the rows' order would come again


def test_a_warm_start_goes_on_with_every_member():
    X, y = table("multiclass")
    ensemble = fitted(warm_start=True)
    ensemble.set_params(learning_rate_init=0.02).fit(X, y)
    for member in ensemble.members_:
        single = alone(member).set_params(learning_rate_init=QUICK["learning_rate_init"]).fit(X, y)
        assert not same_weights(member, single)
        assert same_weights(member, single.set_params(learning_rate_init=0.02).fit(X, y), 0.0)
    assert len(ensemble.loss_curve_) == 12


@pytest.mark.parametrize("other", [1, 2, 4])
def test_going_on_with_another_number_is_refused(other):
    X, y = table("multiclass")
    ensemble = fitted(warm_start=True).set_params(n_members=other)
    for go_on in (ensemble.fit, ensemble.partial_fit):
        with pytest.raises(ValueError, match="'n_members' parameter of MLPClassifier must be 3, as many networks") as e:
            go_on(X, y)
        assert len(str(e.value).splitlines()) == 1
    single = fitted(n_members=1, warm_start=True).set_params(n_members=2)
    with pytest.raises(ValueError, match="must be 1, as many"):
        single.fit(X, y)


@pytest.mark.parametrize("n_members", [0, -1, 2.5, "3", None])
def test_a_wrong_number_of_members_is_refused(n_members):
    with pytest.raises(ValueError, match="'n_members' parameter of MLPClassifier"):
        fitted(n_members=n_members)


# ---- divergence ----


def diverging_engine(which):
    """An engine whose member number `which` diverges in the third epoch."""

    class Diverging(type(ENGINES["reference"])):
        name = "reference"
        n_epochs = 0

        def epochs(self, calls):
            self.n_epochs += 1
            results = super().epochs(calls)
            if self.n_epochs == 3:
                calls[which].trainer.restore(np.full_like(calls[which].trainer.snapshot(), np.nan))
                results[which] = type(results[which])(np.inf, *[np.ones(2)] * 2, 1)
            return results

    return Diverging()


@pytest.mark.parametrize("which", [0, 2])
def test_a_member_that_diverges_is_told_and_the_others_are_kept(monkeypatch, which):
    X, y = table("multiclass")
    expected = fitted(engine="reference")
    monkeypatch.setitem(ENGINES, "reference", diverging_engine(which))
    ensemble = model_of(engine="reference")
    with pytest.raises(DivergenceError, match=rf"1 of 3 members diverged; members_\[{which}\]: .*epoch 3, batch 1"):
        ensemble.fit(X, y)
    lengths = [2 if i == which else 6 for i in range(3)]
    assert [member.n_iter_ for member in ensemble.members_] == lengths
    for i, (member, other) in enumerate(zip(ensemble.members_, expected.members_, strict=True)):
        assert same_weights(member, other, 0.0) is (i != which)
        assert np.isfinite(member.parameters_.flatten()).all()
    assert np.isfinite(ensemble.predict_proba(X)).all()


@pytest.mark.parametrize("solver", ["gradient_descent", "lbfgs"])
def test_all_members_diverge(solver):
    X, y = table("one target")
    ensemble = model_of("one target", solver=solver)
    with pytest.raises(DivergenceError, match=r"3 of 3 members diverged; members_\[0\]: "):
        ensemble.fit(X * 1e200, y)
    assert all(np.isfinite(member.parameters_.flatten()).all() for member in ensemble.members_)


# ---- copies ----


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_equal_and_apart(copied):
    X, y = table("multiclass")
    ensemble = model_of().partial_fit(X, y, classes=np.unique(y))
    twin = copied(ensemble)
    np.testing.assert_array_equal(twin.predict_proba(X), ensemble.predict_proba(X))
    twin.partial_fit(X, y)
    assert not same_weights(twin.members_[0], ensemble.members_[0])
    ensemble.partial_fit(X, y)
    assert all(same_weights(*pair, 0.0) for pair in zip(twin.members_, ensemble.members_, strict=True))


def test_a_clone_is_not_fitted():
    unfitted = clone(fitted())
    assert unfitted.n_members == 3
    assert not hasattr(unfitted, "members_")
    with pytest.raises(NotFittedError):
        unfitted.predict(table("multiclass")[0])


@parametrize_with_checks([MLPClassifier(max_iter=20, n_members=2), MLPRegressor(max_iter=100, n_members=2)])
def test_scikit_learn_check(estimator, check):
    check(estimator)
