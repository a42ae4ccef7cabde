"""The native engine: what the core has runs there; what it lacks runs on the reference engine."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from clearprop.engines.flat_parameters import FlatTrainer
from clearprop.engines.interface import EpochCall, EpochResult, Progress, Recipe, Rows, Trainer
from clearprop.engines.native import _core
from clearprop.engines.native.arrays import TableGiven, matrix, row_order, rows_given, table_given, vector
from clearprop.engines.native.input_layers import KINDS, others_given
from clearprop.engines.parameter_groups import parameter_groups
from clearprop.engines.reference import ReferenceEngine
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS, State
from clearprop.mathematics.registry import entry_named

TRAININGS = {np.dtype(np.float32): _core.TrainingFloat32, np.dtype(np.float64): _core.TrainingFloat64}
EPOCHS = {np.dtype(np.float32): _core.EpochFloat32, np.dtype(np.float64): _core.EpochFloat64}

HYPERPARAMETERS = ("momentum", "beta_1", "beta_2", "rho", "epsilon", "weight_decay")  # in the core's order

#: Multiply-adds of a forward pass from which on bfloat16 gained a third or more on AMX.
GAINFUL_WORK = 1 << 21

#: Multiply-adds of a prediction that the core gives to one thread in any case: counting cores would take longer.
WORK_OF_ONE_THREAD = 1 << 18


def thread_count() -> int:
    """How many threads may be used: CLEARPROP_NUM_THREADS or OMP_NUM_THREADS if set, else the cores we may run on."""
    for name in ("CLEARPROP_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(name, "").split(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def lacking(network: Network, recipe: Recipe | None, dtype: Any) -> str:
    """What the core has not got for this network and recipe; "" if it has all."""
    if np.dtype(dtype) not in TRAININGS:
        return f"numbers of type {np.dtype(dtype)}"
    if recipe is not None and entry_named(OPTIMIZERS, recipe.optimizer, "optimizer").name not in _core.optimizers:
        return f"optimizer {recipe.optimizer!r}"
    return _lacking_for(network)


@lru_cache(maxsize=256)  # to predict one row takes less time than to look through the tables
def _lacking_for(network: Network) -> str:
    for l in network.layers:
        if network.activation(l).name not in _core.activations:
            return f"activation {network.activation(l).name!r}"
    for layer in network.inputs:
        if type(layer) not in KINDS:
            return f"input layer {layer.name!r}"
    return "" if network.loss_entry.name in _core.losses else f"loss {network.loss!r}"


@lru_cache(maxsize=256)
def _shape(network: Network) -> tuple[list[int], int, bool]:
    activations = [_core.activations.index(network.activation(l).name) for l in network.layers]
    return activations, _core.losses.index(network.loss_entry.name), network.is_paired


@lru_cache(maxsize=256)
def _forward_shape(network: Network) -> tuple[list[int], Any]:
    return _shape(network)[0], others_given(network)


def _settings(network: Network, recipe: Recipe) -> Any:
    entry = entry_named(OPTIMIZERS, recipe.optimizer, "optimizer")
    numbers = {**entry.defaults, **{name: x for name, x in recipe.hyperparameters.items() if name in entry.defaults}}
    settings = _core.Settings()
    settings.optimizer = _core.optimizers.index(entry.name)
    settings.n_slots = len(entry.slots)
    settings.hyperparameters = [float(numbers.get(name, 0.0)) for name in HYPERPARAMETERS]
    settings.alpha, settings.dropout = float(recipe.alpha), float(recipe.dropout)
    settings.dropout_seed = recipe.dropout_seed & 0xFFFFFFFF
    settings.max_gradient_norm = float(recipe.max_grad_norm or 0.0)
    settings.loss_floor, settings.loss_scale = float(recipe.loss_floor), float(recipe.loss_scale)
    rates = [group.rate_factor for group in parameter_groups(network, recipe)]
    settings.weight_rates = rates[: network.n_layers]
    settings.bias_rate = float(recipe.bias_rate_factor)
    settings.theta_rates = rates[2 * network.n_layers :]
    settings.decay_factor = float(recipe.decay_factor)
    return settings


class NativeTrainer(FlatTrainer):
    """A training run in the core; the parameters are in one vector here between epochs, as in the reference engine."""

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        recipe: Recipe,
        n_threads: int | None = None,
        target: str = "",
    ) -> None:
        super().__init__(network, parameters, recipe)
        self._n_threads = n_threads
        self._core = TRAININGS[self._flat.dtype](
            list(network.sizes), *_shape(network), _settings(network, recipe), target, others_given(network)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (*self._copied(), self._core.n_updates, self.slots())

    def slots(self) -> State:
        """The optimizer's arrays, each shaped as the vector of all parameters (copies)."""
        names = entry_named(OPTIMIZERS, self._recipe.optimizer, "optimizer").slots
        arrays = {name: np.empty_like(self._flat) for name in names}
        for number, array in enumerate(arrays.values()):
            self._core.store_slot(number, array)
        return arrays

    def set_state(self, n_updates: int, slots: State) -> None:
        """Go on from so many updates with these arrays (the inverse of `slots`)."""
        self._core.n_updates = n_updates
        for number, array in enumerate(slots.values()):
            self._core.load_slot(number, vector("slots", array, self._flat.size, self._flat.dtype))

    def adjust(self, network: Network, recipe: Recipe) -> None:
        """Go on with other activations, penalty, dropout, clipping or decay factor; all else of the optimizer stays."""
        super().adjust(network, recipe)
        self._core.adjust(*_shape(network), _settings(network, self._recipe))

    def epoch(
        self,
        X: Rows,
        Y: Array,
        weights: Array | None,
        order: Array | None,
        batch_size: int,
        learning_rates: Array,
        progress: Progress | None = None,
    ) -> EpochResult:
        """Go once through the rows of `order`, one update a batch; see `Trainer`."""
        call = EpochCall(self, X, Y, weights, order, batch_size, learning_rates, progress)
        return run_epochs([call], self._n_threads)[0]

    def prepared(self, call: EpochCall, tables: dict[tuple[int, ...], TableGiven]) -> Any:
        """The call as the core takes it; `tables` has what was checked for other calls, for several share theirs."""
        dtype, key = self._flat.dtype, (id(call.X), id(call.Y), id(call.weights))
        if key not in tables:
            tables[key] = table_given(call.X, call.Y, call.weights, self._network, dtype)
        order = row_order(call.order, call.X.shape[0])
        rates = np.ascontiguousarray(call.learning_rates, np.float64)
        return EPOCHS[dtype](self._core, self._flat, *tables[key], order, int(call.batch_size), rates)


def _restored(network: Network, parameters: Parameters, recipe: Recipe, n_updates: int, slots: State) -> Trainer:
    engine = NativeEngine()
    if recipe.precision and engine.why_no_bfloat16(network, recipe):
        recipe = replace(recipe, precision="")  # trained in bfloat16 on another processor
    trainer = NativeTrainer(network, parameters, recipe, target=engine.training_target(network, parameters, recipe))
    trainer.set_state(n_updates, slots)
    return trainer


def run_epochs(calls: Sequence[EpochCall], n_threads: int | None = None) -> list[EpochResult]:
    """Go through these epochs at once; each ends as it would by itself."""
    tables: dict[tuple[int, ...], TableGiven] = {}
    prepared = []
    for call in calls:
        assert isinstance(call.trainer, NativeTrainer)
        prepared.append(call.trainer.prepared(call, tables))
    _core.run(prepared, n_threads or thread_count(), calls[0].progress if calls else None)
    return [
        EpochResult(done.loss, np.array(done.gradient_norms), np.array(done.delta_norms), done.diverged_at or None)
        for done in prepared
    ]


class NativeEngine:
    """C++ kernels for the processor at hand, in float32 or float64 as the parameters are.

    Arguments:
        n_threads: at most so many; None: see `thread_count`. Results do not depend on it, to the last bit.
        target: the instruction set, of `_core.targets` or `_core.bfloat16_targets()` (for recipes in bfloat16);
            "": the fastest that this processor has.
    """

    name = "native"

    def __init__(self, n_threads: int | None = None, target: str = "") -> None:
        self._n_threads, self._target = n_threads, target
        self._reference = ReferenceEngine()

    @property
    def n_threads(self) -> int:
        """How many threads may be used."""
        return self._n_threads or thread_count()

    def runs_on(self, network: Network, recipe: Recipe, dtype: Any) -> str:
        """Name this engine, or the reference for what the core lacks."""
        return self._reference.name if not recipe.precision and lacking(network, recipe, dtype) else self.name

    def trainer(self, network: Network, parameters: Parameters, recipe: Recipe) -> Trainer:
        """Start a training run from these parameters (copied).

        Raises ValueError for a recipe in bfloat16 where that is not to be had.
        """
        if self.runs_on(network, recipe, parameters.dtype) != self.name:
            return self._reference.trainer(network, parameters, recipe)
        target = self.training_target(network, parameters, recipe)
        return NativeTrainer(network, parameters, recipe, self._n_threads, target)

    def training_target(self, network: Network, parameters: Parameters, recipe: Recipe) -> str:
        """The instruction set that this recipe is run with; "": the core's choice."""
        if not recipe.precision:
            return self._exact_target
        why_not = self.why_no_bfloat16(network, recipe)
        if not why_not and parameters.dtype != np.float32:
            why_not = f"the parameters are {parameters.dtype}, not float32"
        if why_not:
            raise ValueError(f"precision: {recipe.precision!r}: {why_not}")
        return self._target or str(_core.bfloat16_targets()[0])

    @property
    def _exact_target(self) -> str:
        return self._target if self._target and self._target not in _core.bfloat16_targets() else ""

    def why_no_bfloat16(self, network: Network, recipe: Recipe) -> str:
        """Say why products in bfloat16 are not to be had for this network, recipe and processor; "": they are."""
        lack = lacking(network, recipe, np.float32)
        if lack:
            return f"the native engine has no {lack}"
        targets = _core.bfloat16_targets()
        if self._target and self._target not in targets:
            return f"the instruction set {self._target!r} has no bfloat16"
        return "" if targets else "this processor has neither AMX nor AVX-512 BF16"

    def gains_by_bfloat16(self, network: Network, batch_size: int) -> bool:
        """Whether steps of so many rows are faster with products in bfloat16: on AMX, where the products are large."""
        work = batch_size * sum(network.sizes[l] * network.sizes[l - 1] for l in network.layers)
        return "amx" in _core.bfloat16_targets() and work >= GAINFUL_WORK

    def epochs(self, calls: Sequence[EpochCall]) -> list[EpochResult]:
        """One epoch of each of several trainers, side by side; the results in their order."""
        native = [call for call in calls if isinstance(call.trainer, NativeTrainer)]
        if len(native) < len(calls):
            return self._reference.epochs(calls)
        return run_epochs(calls, self.n_threads)

    def predict(self, network: Network, parameters: Parameters, X: Rows, *, pre_activation: bool = False) -> Array:
        """Aᴸ (or Zᴸ), (m, n_L), computed in blocks of rows."""
        dtype = parameters.dtype
        if lacking(network, None, dtype):
            return self._reference.predict(network, parameters, X, pre_activation=pre_activation)
        parameters.check_fit(network)
        sizes = network.sizes
        output = np.empty((X.shape[0], sizes[-1]), dtype)
        W = [matrix(f"W[{l}]", parameters.W[l], (sizes[l], sizes[l - 1]), dtype) for l in network.layers]
        b = [vector(f"b[{l}]", parameters.b[l], sizes[l], dtype) for l in network.layers]
        given = rows_given(X, network, dtype)
        theta = np.concatenate([array.ravel() for array in parameters.theta.values()]) if parameters.theta else None
        alone = len(output) * sum(weights.size for weights in W) < WORK_OF_ONE_THREAD
        n_threads = 1 if alone else self.n_threads
        activations, others = _forward_shape(network)
        _core.predict(W, b, activations, *given, output, pre_activation, n_threads, self._exact_target, others, theta)
        return output

    def objective(
        self, network: Network, parameters: Parameters, X: Rows, Y: Array, weights: Array | None, recipe: Recipe
    ) -> tuple[float, Parameters]:
        """Loss with penalty, and its gradient shaped as the parameters, over all rows."""
        dtype = parameters.dtype
        recipe = replace(recipe, optimizer="gradient_descent")  # whose step is taken elsewhere
        if lacking(network, recipe, dtype):
            return self._reference.objective(network, parameters, X, Y, weights, recipe)
        flat = parameters.flatten()
        gradient = np.empty_like(flat)
        settings, others = _settings(network, recipe), others_given(network)
        core = TRAININGS[dtype](list(network.sizes), *_shape(network), settings, self._exact_target, others)
        table = table_given(X, Y, weights, network, dtype)
        value = core.objective(flat, *table, gradient, self.n_threads)
        return value, network.parameters(gradient)
