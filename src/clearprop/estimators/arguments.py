"""What the estimators' arguments may be: scikit-learn's declarative constraints, read off the tables."""

from numbers import Integral, Real

import numpy as np

from clearprop.engines import ENGINES
from clearprop.engines.precision import PRECISIONS
from clearprop.estimators.scikit_learn import Interval, Options, StrOptions
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.initializers import INITIALIZERS
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES

SOLVERS = {"lbfgs", "sgd"} | set(OPTIMIZERS)


def names(table: dict, keep=lambda entry: True) -> StrOptions:
    """All names and aliases of a table's entries that are kept."""
    return StrOptions({name for entry in table.values() if keep(entry) for name in (entry.name, *entry.aliases)})


SCIKIT_LEARN_ARGUMENTS: dict = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [names(ACTIVATIONS, lambda entry: entry.elementwise), tuple, list],
    "solver": [StrOptions(SOLVERS)],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "power_t": [Interval(Real, 0, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "beta_1": [Interval(Real, 0, 1, closed="left")],
    "beta_2": [Interval(Real, 0, 1, closed="left")],
    "epsilon": [Interval(Real, 0, None, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
    "max_fun": [Interval(Integral, 1, None, closed="left")],
}

OWN_ARGUMENTS: dict = {
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "schedule": [names(SCHEDULES), None],
    "scoring": [str, callable, None],
    "max_grad_norm": [Interval(Real, 0, None, closed="neither"), None],
    "weight_decay": [Interval(Real, 0, None, closed="left")],
    "initializer": [names(INITIALIZERS), None],
    "n_members": [Interval(Integral, 1, None, closed="left")],
    "precision": [StrOptions(set(PRECISIONS)), None],
    "engine": [StrOptions({"auto", "native", *ENGINES})],  # why there is no native one is told by `engine_named`
    "callbacks": [list, tuple, None],
}
