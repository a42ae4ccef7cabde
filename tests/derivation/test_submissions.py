"""People's code of the plain form: found, called in its conventions, and answering in this house's."""

import numpy as np

from clearprop.derivation.submissions.submission import open_object
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


def test_arguments_that_are_altered_are_named_and_ours_are_not() -> None:
    def gradients(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
        error = (X @ W[0].T + b[0] - Y) / len(X)
        W[0] *= 2
        return [error.T @ X], [error.sum(axis=0)]

    parameters = Parameters.of([np.ones((2, 3))], [np.ones(2)])
    with open_object(gradients) as submission:
        answer = submission.answer(submission.layouts[0], parameters, np.ones((4, 3)), np.zeros((4, 2)))
    assert answer.changed == ("W1",)
    assert np.array_equal(parameters.W[1], np.ones((2, 3)))
