"""scikit-learn's own checks, in full, with no expected failure, on every engine."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import ENGINES


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [kind(max_iter=100, engine=engine) for kind in (MLPClassifier, MLPRegressor) for engine in ENGINES]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
