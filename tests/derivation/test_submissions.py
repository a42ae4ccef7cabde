"""People's code of the plain form: found, called in its conventions, and answering in this house's."""

import inspect
import linecache
import textwrap
from pathlib import Path

import numpy as np
import pytest

from clearprop.derivation.submissions.answer import Layout, SubmissionError
from clearprop.derivation.submissions.submission import ObjectSubmission, open_file, open_object
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters
from derivation.submitted import agrees, first_that_agrees, opened, problem, right, written

#: Gradients right in a batch of rows, whatever they are called with and give back: {0} before, {1} after.
ROWS = """
import numpy as np
def gradients({arguments}):
    {before}
    a = [X]
    for w, c in zip(W, b):
        a.append(1 / (1 + np.exp(-(np.dot(a[-1], w.T) + c))))
    delta = (a[-1] - Y) / len(X)
    dW, db = [None] * len(W), [None] * len(W)
    for l in reversed(range(len(W))):
        dW[l] = np.dot(delta.T, a[l])
        db[l] = delta.sum(axis=0)
        delta = np.dot(delta, W[l]) * a[l] * (1 - a[l])
    loss = -np.mean(np.sum(Y * np.log(a[-1]) + (1 - Y) * np.log(1 - a[-1]), axis=1))
    {after}
"""
NAMED = 'W, b = [params["W1"], params["W2"]], [params["b1"], params["b2"]]'
TAKES = {
    "in another order": ("X, Y, W, b", "pass"),
    "by other names": ("inputs, labels, weights, biases", "X, Y, W, b = inputs, labels, weights, biases"),
    "by names that say nothing": ("p, q, r, s", "W, b, X, Y = p, q, r, s"),
    "with extra arguments": ("W, b, X, Y, lambd=0.5, learning_rate=0.1, verbose=False", "pass"),
    "with a rate and a count": ("W, b, X, Y, lr, m", "assert m == len(X)"),
    "one by one": ("X, y, W1, b1, W2, b2", "W, b, Y = [W1, W2], [b1, b2], y"),
    "one by one from 0": ("W0, b0, W1, b1, X, t", "W, b, Y = [W0, W1], [b0, b1], t"),
    "by name in one": ("params, X, Y", NAMED),
    "as two lists in one": ("params, X, Y", 'W, b = params["W"], params["b"]'),
    "as pairs": ("parameters, X, Y", "W, b = [w for w, _ in parameters], [c for _, c in parameters]"),
    "one after the other": ("parameters, X, Y", "W, b = parameters[::2], parameters[1::2]"),
    "counted from 1": ("W, b, X, Y", "assert np.size(W[0]) == 0; W, b = W[1:], b[1:]"),
    "counted from 1 with None": ("W, b, X, Y", "assert W[0] is None; W, b = W[1:], b[1:]"),
}
GIVES = {
    "two lists": "return dW, db",
    "biases first": "return db, dW",
    "nablas": "nabla_w, nabla_b = dW, db; return nabla_b, nabla_w",
    "the loss first": "return loss, dW, db",
    "the loss last": "return dW, db, loss",
    "names": 'return {"dW1": dW[0], "db1": db[0], "dW2": dW[1], "db2": db[1]}',
    "names of parameters": 'return {"W1": dW[0], "b1": db[0], "W2": dW[1], "b2": db[1]}',
    "the loss and names": 'return loss, {"dW1": dW[0], "db1": db[0], "dW2": dW[1], "db2": db[1]}',
    "names of lists": 'return {"dW": dW, "db": db}',
    "one list": "return [dW[0], db[0], dW[1], db[1]]",
    "one by one": "dW1, db1, dW2, db2 = dW[0], db[0], dW[1], db[1]; return dW1, db1, dW2, db2",
    "weights first": "dW1, db1, dW2, db2 = dW[0], db[0], dW[1], db[1]; return dW1, dW2, db1, db2",
    "pairs": "return list(zip(dW, db))",
    "tuples": "return tuple(dW), tuple(db)",
    "arrays of arrays": "return np.array(dW, dtype=object), np.array(db, dtype=object)",
    "an empty entry in front": "return [None] + dW, [None] + db",
    "an empty array in front": "return [np.array([])] + dW, [np.array([])] + db",
    "biases as columns": "return dW, [c[:, None] for c in db]",
    "biases as rows": "return dW, [c[None, :] for c in db]",
    "nested lists": "return [w.tolist() for w in dW], [c.tolist() for c in db]",
    "matrices": "return [np.matrix(w) for w in dW], [np.matrix(c) for c in db]",
}


@pytest.mark.parametrize("takes", TAKES)
def test_arguments_are_given_as_they_are_taken(takes: str) -> None:
    arguments, before = TAKES[takes]
    text = ROWS.format(arguments=arguments, before=before, after="return dW, db")
    found = first_that_agrees(in_this_process(text), problem())
    assert found.place == 0
    assert found.answer.changed == ()


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("gives", GIVES)
def test_gradients_are_found_in_what_is_returned(gives: str) -> None:
    text = ROWS.format(arguments="W, b, X, Y", before="pass", after=GIVES[gives])
    found = first_that_agrees(in_this_process(text), problem())
    assert found.place == 0
    assert (found.answer.loss is not None) == ("loss" in gives)
    if "loss" in gives:
        assert found.answer.loss == pytest.approx(problem().loss)
        assert found.submission.losses(found.layout, [problem().parameters] * 2, problem().X, problem().Y) == (
            pytest.approx([problem().loss] * 2)
        )


def in_this_process(text: str) -> ObjectSubmission:
    text, path = textwrap.dedent(text), f"<{hash(text)}>"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    names: dict[str, object] = {}
    exec(compile(text, path, "exec"), names)
    return open_object([value for value in names.values() if inspect.isfunction(value)][-1])


OTHER_CONVENTIONS = {
    "W in x out, biases of one row": """
        import numpy as np
        def sigmoid(z): return 1 / (1 + np.exp(-z))
        def backprop(X, Y, W, b):
            m = X.shape[0]
            A = [X]
            for l in range(len(W)):
                A.append(sigmoid(A[l] @ W[l] + b[l]))
            dZ = A[-1] - Y
            dW, db = {}, {}
            for l in range(len(W) - 1, -1, -1):
                dW[l] = A[l].T @ dZ / m
                db[l] = np.sum(dZ, axis=0, keepdims=True) / m
                dZ = (dZ @ W[l].T) * A[l] * (1 - A[l])
            return [dW[l] for l in range(len(W))], [db[l] for l in range(len(W))]
        """,
    "columns": """
        import numpy as np
        def gradients(params, X, Y):
            W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
            A1 = 1 / (1 + np.exp(-(np.dot(W1, X) + b1)))
            A2 = 1 / (1 + np.exp(-(np.dot(W2, A1) + b2)))
            m = X.shape[1]
            dZ2 = A2 - Y
            dZ1 = np.dot(W2.T, dZ2) * A1 * (1 - A1)
            return {'dW1': np.dot(dZ1, X.T) / m, 'db1': np.sum(dZ1, axis=1, keepdims=True) / m,
                    'dW2': np.dot(dZ2, A1.T) / m, 'db2': np.sum(dZ2, axis=1, keepdims=True) / m}
        """,
    "labels": """
        import numpy as np
        def gradients(W, b, X, y):
            m = len(y)
            A1 = 1 / (1 + np.exp(-(X.dot(W[0]) + b[0])))
            A2 = 1 / (1 + np.exp(-(A1.dot(W[1]) + b[1])))
            A2[np.arange(m), y] -= 1
            d = A2 / m
            dW2, db2 = A1.T.dot(d), np.sum(d, axis=0)
            d = d.dot(W[1].T) * A1 * (1 - A1)
            return [X.T.dot(d), dW2], [np.sum(d, axis=0), db2]
        """,
    "one column sample": """
        import numpy as np
        def backprop(weights, biases, x, y):
            activation, activations = x, [x]
            for w, b in zip(weights, biases):
                activation = 1.0 / (1.0 + np.exp(-(np.dot(w, activation) + b)))
                activations.append(activation)
            delta = activations[-1] - y
            nabla_b = [np.zeros(b.shape) for b in biases]
            nabla_w = [np.zeros(w.shape) for w in weights]
            nabla_b[-1] = delta
            nabla_w[-1] = np.dot(delta, activations[-2].transpose())
            for l in range(2, len(weights) + 1):
                delta = np.dot(weights[-l + 1].transpose(), delta) * activations[-l] * (1 - activations[-l])
                nabla_b[-l] = delta
                nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
            return (nabla_b, nabla_w)
        """,
    "one flat sample": """
        import numpy as np
        def gradients(W, b, x, y):
            a = [x]
            for l in range(2):
                a.append(1 / (1 + np.exp(-(W[l] @ a[l] + b[l]))))
            d2 = a[2] - y
            d1 = (W[1].T @ d2) * a[1] * (1 - a[1])
            return [np.outer(d1, a[0]), np.outer(d2, a[1])], [d1, d2]
        """,
    "plain lists, one sample": """
        from math import exp
        def gradients(W, b, x, y):
            a = [x]
            for w, c in zip(W, b):
                z = [sum(wi * ai for wi, ai in zip(row, a[-1])) + ci for row, ci in zip(w, c)]
                a.append([1 / (1 + exp(-t)) for t in z])
            delta = [p - t for p, t in zip(a[-1], y)]
            dW, db = [], []
            for l in range(len(W) - 1, -1, -1):
                dW = [[[d * v for v in a[l]] for d in delta]] + dW
                db = [delta] + db
                delta = [sum(W[l][j][k] * delta[j] for j in range(len(delta))) * a[l][k] * (1 - a[l][k])
                         for k in range(len(a[l]))]
            return dW, db
        """,
    "plain lists, rows": """
        from math import exp
        def grad(weights, bias, inputs, targets):
            W, b = weights, bias
            gW = [[[0.0] * len(W[l][0]) for _ in W[l]] for l in range(len(W))]
            gb = [[0.0] * len(b[l]) for l in range(len(b))]
            for x, y in zip(inputs, targets):
                a = [x]
                for l in range(len(W)):
                    new = []
                    for j in range(len(W[l])):
                        z = b[l][j]
                        for k in range(len(a[l])):
                            z += W[l][j][k] * a[l][k]
                        new = new + [1 / (1 + exp(-z))]
                    a = a + [new]
                delta = [p - t for p, t in zip(a[-1], y)]
                for l in range(len(W) - 1, -1, -1):
                    for j in range(len(delta)):
                        gb[l][j] += delta[j] / len(inputs)
                        for k in range(len(a[l])):
                            gW[l][j][k] += delta[j] * a[l][k] / len(inputs)
                    delta = [sum(W[l][j][k] * delta[j] for j in range(len(delta))) * a[l][k] * (1 - a[l][k])
                             for k in range(len(a[l]))]
            return gW, gb
        """,
}


@pytest.mark.parametrize("convention", OTHER_CONVENTIONS)
def test_other_conventions_are_met(convention: str) -> None:
    is_single = "sample" in convention
    given = problem(one_hot=convention == "labels", scale=1.0 if is_single else 0.0)
    found = first_that_agrees(in_this_process(OTHER_CONVENTIONS[convention]), given)
    assert found.place <= 3
    assert (found.layout.batch == "single") == is_single


def test_single_precision_is_given_and_returned(tmp_path: Path) -> None:
    before = "assert all(v.dtype == np.float32 for v in (*W, *b, X, Y))  # float32: np.float32"
    text = ROWS.format(arguments="W, b, X, Y", before=before, after="return dW, db")
    found = opened(tmp_path, text, tolerance=1e-4)
    assert found.layout.dtype == "float32"
    assert found.answer.dW[1] is not None
    assert found.answer.dW[1].dtype == np.float32


def test_a_network_of_one_layer_may_take_its_arrays_bare() -> None:
    def gradients(w: Array, b: Array, X: Array, y: Array) -> tuple[Array, Array]:
        d = (1 / (1 + np.exp(-(X @ w.T + b))) - y) / len(X)
        return d.T @ X, d.sum(axis=0)

    given = problem((3, 2))
    assert first_that_agrees(open_object(gradients), given).place == 0


@pytest.mark.parametrize("gives", ["dw, db", "db, dw", "cost, dw, db", "dw, db, cost", '{"dw": dw, "db": db}, cost'])
def test_logistic_regression_takes_a_vector_and_a_number(gives: str) -> None:
    text = """
        import numpy as np
        def compute_gradients(X, y, w, b):
            assert w.shape == (3,) and isinstance(b, float) and y.shape == (len(X),)
            d = 1 / (1 + np.exp(-(X @ w + b))) - y
            dw, db, cost = X.T @ d / len(y), np.sum(d) / len(y), 7.0
            return {gives}
        """
    found = first_that_agrees(in_this_process(text.replace("{gives}", gives)), problem((3, 1)))
    assert found.layout.targets == "labels"
    assert found.answer.loss == (7.0 if "cost" in gives else None)


STEPS = {
    "lists": ("W, b, X, Y, lr", "for l in range(2): W[l] = W[l] - lr * dW[l]; b[l] -= lr * db[l]", "return W, b"),
    "a default rate": ("W, b, X, Y, eta=0.5", "for l in range(2): W[l] -= eta * dW[l]; b[l] -= eta * db[l]", "pass"),
    "one by one": (
        "X, Y, W1, b1, W2, b2, alpha",
        "W1 = W1 - alpha * dW[0]; b1 = b1 - alpha * db[0]; W2 = W2 - alpha * dW[1]; b2 = b2 - alpha * db[1]",
        "return W1, b1, W2, b2",
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_gradients_are_read_off_a_step_of_descent(step: str) -> None:
    arguments, update, gives = STEPS[step]
    before = "W, b = [W1, W2], [b1, b2]" if step == "one by one" else "pass"
    text = ROWS.format(arguments=arguments, before=before, after=f"{update}\n    {gives}")
    found = first_that_agrees(in_this_process(text), problem())
    assert found.place == 0
    assert found.answer.changed == ()


def test_where_nothing_can_be_read_rows_are_likeliest() -> None:
    assert open_object(asks_another).layouts[0] == Layout()


def gradients_elsewhere(*arguments: object) -> tuple[object, object]:
    return right(*arguments)  # type: ignore[arg-type]


def asks_another(W: object, b: object, X: object, Y: object) -> tuple[object, object]:
    return gradients_elsewhere(W, b, X, Y)


def test_its_own_loss_and_outputs_are_called(tmp_path: Path) -> None:
    text = (
        ROWS.format(arguments="W, b, X, Y", before="pass", after="return dW, db")
        + """
def forward(W, b, X):
    for w, c in zip(W, b):
        X = 1 / (1 + np.exp(-(X @ w.T + c)))
    return X
def cost(W, b, X, Y, lambd=0.0):
    A = forward(W, b, X)
    data = -np.mean(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1))
    return data + lambd / 2 * sum(np.sum(w**2) for w in W)
"""
    )
    given = problem()
    with open_file(written(tmp_path, text)) as submission:
        found = first_that_agrees(submission, given)
        assert submission.hints.has_loss
        assert found.answer.loss == pytest.approx(given.loss)
        assert found.answer.output == pytest.approx(given.passed.a[-1])
        other = Parameters.from_flat(given.parameters.sizes, 2 * given.parameters.flatten())
        losses = submission.losses(found.layout, [given.parameters, other], given.X, given.Y, 0.1)
        squares = sum(float(np.sum(w**2)) for w in given.parameters.W[1:])
        assert losses is not None
        assert losses[0] == pytest.approx(given.loss + 0.05 * squares)
        assert losses[1] != losses[0]


def test_without_a_loss_there_are_no_losses() -> None:
    given = problem()
    submission = open_object(right)
    assert submission.losses(submission.layouts[0], [given.parameters], given.X, given.Y) is None
    assert not submission.hints.has_loss


def test_arguments_that_are_altered_are_named_and_ours_are_not(tmp_path: Path) -> None:
    text = ROWS.format(
        arguments="W, b, X, Y", before="W[1] -= 0.0", after="W[0] -= 0.5; b[1] = 0 * b[1]; return dW, db"
    )
    given = problem()
    before = given.parameters.flatten()
    found = opened(tmp_path, text)
    assert found.answer.changed == ("W1", "b2")
    assert np.array_equal(given.parameters.flatten(), before)


def test_wrong_shapes_are_left_for_the_diagnosis() -> None:
    def gradients(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
        dW, db = right(W, b, X, Y)
        return [dW[0].T, dW[1]], [db[0], np.array(0.5)]

    given = problem()
    answer = open_object(gradients).answer(Layout(), given.parameters, given.X, given.Y)
    assert [np.shape(array) for array in answer.dW[1:]] == [(3, 4), (2, 4)]
    assert np.shape(answer.db[2]) == ()


def test_the_same_draws_come_at_every_call() -> None:
    def gradients(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
        return [np.random.randn(*w.shape) for w in W], [np.random.randn(*v.shape) for v in b]  # noqa: NPY002

    given = problem()
    submission = open_object(gradients)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (submission.answer(Layout(), given.parameters, given.X, given.Y) for _ in range(2))
    assert np.array_equal(first.dW[1], second.dW[1])  # type: ignore[arg-type]
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002  the caller's draws go on as they were


def test_functions_that_are_no_gradients_are_not_taken() -> None:
    def numerical_gradient(W: list[Array], b: list[Array], X: Array, Y: Array) -> None: ...
    def gradient_descent(W: list[Array], b: list[Array], X: Array, Y: Array) -> None: ...
    def loss(W: list[Array], b: list[Array], X: Array, Y: Array) -> None: ...
    def backward(dout: Array, cache: Array) -> None: ...

    for function in (numerical_gradient, gradient_descent, loss, backward):
        with pytest.raises(SubmissionError, match=rf"{function.__name__}\("):
            open_object(function)


def test_a_function_is_preferred_by_its_name_over_one_by_its_arguments(tmp_path: Path) -> None:
    text = "def helper(W, b, X, Y): ...\n" + ROWS.format(arguments="W, b, X, Y", before="pass", after="return dW, db")
    with open_file(written(tmp_path, text)) as submission:
        assert submission.source == "my_backprop.py: gradients"
        assert submission.form == "plain_function"


def test_tensors_are_given_to_code_that_speaks_of_them(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    text = """
        import torch
        def gradients(W, b, X, Y):
            a = [X]
            for w, c in zip(W, b):
                a.append(torch.sigmoid(a[-1].mm(w.t()) + c))
            delta = (a[-1] - Y) / X.size(0)
            dW, db = [], []
            for l in reversed(range(len(W))):
                dW.insert(0, delta.t().mm(a[l])); db.insert(0, delta.sum(dim=0))
                delta = delta.mm(W[l]) * a[l] * (1 - a[l])
            return dW, db
        """
    found = opened(tmp_path, text)
    assert found.place == 0


def test_a_module_is_searched_as_a_file_is() -> None:
    from derivation import submitted

    source = inspect.getsource(submitted)
    assert "def right" in textwrap.dedent(source)
    submission = open_object(submitted)
    assert submission.source == "right"
    given = problem()
    assert agrees(submission.answer(submission.layouts[0], given.parameters, given.X, given.Y), given)
