"""scikit-learn's own checks of the tabular estimators."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from clearprop import TabularClassifier, TabularRegressor

#: As scikit-learn itself expects of its estimators that draw rows at random.
REPEATED = "a row of weight 2 lies in one fold, a row that is there twice may lie in two"
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": REPEATED}


@parametrize_with_checks(
    [kind("fast", max_epochs=40, random_state=0) for kind in (TabularClassifier, TabularRegressor)]
    + [TabularClassifier("default", n_folds=2, max_epochs=20)],
    expected_failed_checks=lambda estimator: EXPECTED,
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
