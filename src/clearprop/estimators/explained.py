"""One network of an estimator of matrices explained: on rows, with every number, and its gradients checked."""

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

from clearprop.estimators import ensemble
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.estimators.reported import Reported
from clearprop.estimators.scikit_learn import check_is_fitted, is_classifier, validate_data
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck
    from clearprop.derivation.working import Worked
    from clearprop.estimators.base import MultilayerPerceptron


class ExplainedPerceptron(Reported):
    """`work`, `check_gradient`, `report` and `network_on_rows` of `MLPClassifier` and `MLPRegressor`."""

    if TYPE_CHECKING:  # what `MultilayerPerceptron` has
        network_: Network
        classes_: Array

        @property
        def parameters_(self) -> Parameters:
            """The learned W and b."""

        def predict(self, X: Any) -> Any:
            """Predict."""

        def _encode(self, y: Any, dtype: np.dtype) -> Array: ...

        def _fitted_networks(self) -> "list[MultilayerPerceptron]": ...

    def work(self, X, y=None, **options) -> "Worked":
        """Work one training step on these rows out, with every number: see `clearprop.work`.

        Arguments:
            X: (m, n_0) rows, or (n_0,) for one.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.
            options: of `clearprop.work`.

        Raises:
            ValueError: rows or targets that do not fit the model.
        """
        from clearprop.derivation.working import worked  # whoever only trains does not wait for it

        ensemble.check_is_one_network(self, "work")
        on = self.network_on_rows(X, y)
        names = {"input_names": on.input_names, "output_names": on.output_names, "assumed_targets": y is None}
        return worked(on.network, on.parameters, on.X, on.Y, **{**names, **options})

    def check_gradient(self, X=None, y=None, **options) -> "GradientCheck":
        """Check every entry of this model's gradients on these rows: see `clearprop.check_gradient`.

        Arguments:
            X: (m, n_0) rows; None: rows are drawn.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.
            options: of `clearprop.check_gradient`.

        Raises:
            ValueError: rows or targets that do not fit the model.
        """
        from clearprop.derivation.gradient_checks import check_network  # whoever only trains does not wait for it

        check_is_fitted(self)
        ensemble.check_is_one_network(self, "check_gradient")
        if X is None and y is not None:
            raise ValueError("y: the rows X of these targets are needed too")
        rows = (None, None) if X is None else self._rows_and_targets(X, y)
        return check_network(self.network_, self.parameters_, *rows, **{"source": type(self).__name__, **options})

    def network_on_rows(self, X: Any, y: Any = None) -> NetworkOnRows:
        """The network, of an ensemble the first one, on rows as it takes them; see `NetworkOnRows`.

        Arguments:
            X: (m, n_0) rows.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.

        Raises:
            ValueError: rows or targets that do not fit the model.
        """
        X, Y = self._rows_and_targets(X, y)
        first, names = self._fitted_networks()[0], tuple(map(str, getattr(self, "feature_names_in_", ())))
        return NetworkOnRows(first.network_, first.parameters_, X, Y, names, self._output_names())

    def _rows_and_targets(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Return rows and targets in float64, as the network is trained on them."""
        check_is_fitted(self)
        X = X.toarray() if issparse(X) else X if hasattr(X, "columns") else np.atleast_2d(X)
        predicted = self.predict(X)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return X, self._encode(predicted if y is None else self._known_targets(y, predicted), np.dtype(float))

    def _output_names(self) -> tuple[str, ...]:
        """Return the class of each output; none for amounts."""
        classes = tuple(str(label) for label in getattr(self, "classes_", ()))
        return classes[1:] if len(classes) == 2 == self.network_.sizes[-1] + 1 else classes

    def _known_targets(self, y: Any, predicted: Array) -> Array:
        """Return targets, shaped as the predictions; a class that training never saw is told."""
        y = y.toarray() if issparse(y) else np.asarray(y)
        rows = predicted.shape[0]
        if y.size != np.prod(predicted.shape) or (rows > 1 and y.shape[0] != rows):
            raise ValueError(f"y: targets of shape {predicted.shape} are needed, as `fit` takes them; got {y.shape}")
        if is_classifier(self):
            classes = self.classes_.tolist() if predicted.ndim == 1 else [0, 1]
            for value in y.ravel().tolist():
                if value not in classes:
                    raise ValueError(f"y: the model knows the classes {', '.join(map(repr, classes))}; got {value!r}")
        elif y.dtype.kind not in "biuf" or not np.isfinite(y).all():
            raise ValueError(f"y: finite numbers are needed; got {' '.join(repr(y).split()):.60}")
        return y.reshape(predicted.shape)
