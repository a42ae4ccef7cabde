"""What the trainers share: all parameters of a run in one vector, W¹..Wᴸ, b¹..bᴸ, and those of other layers."""

from dataclasses import replace

from clearprop.engines.interface import Recipe
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters


class FlatTrainer:
    """The vector, the views of it that are shown, and what they were made for."""

    def __init__(self, network: Network, parameters: Parameters, recipe: Recipe) -> None:
        parameters.check_fit(network)
        self._network, self._recipe = network, recipe
        self._flat = parameters.flatten()
        self.parameters = network.parameters(self._flat)

    def _copied(self) -> tuple[Network, Parameters, Recipe]:
        # The views into the vector must be made anew, or a copy would train one vector and show another.
        return self._network, self._network.parameters(self._flat.copy()), self._recipe

    def snapshot(self) -> Array:
        """A copy of all parameters in one vector."""
        return self._flat.copy()

    def restore(self, snapshot: Array) -> None:
        """Put a snapshot back."""
        self._flat[:] = snapshot

    def adjust(self, network: Network, recipe: Recipe) -> None:
        """Go on with other activations, penalty, dropout, clipping or decay factor; all else of the optimizer stays."""
        self.parameters.check_fit(network)
        earlier = self._recipe
        self._network = network
        self._recipe = replace(
            recipe,
            optimizer=earlier.optimizer,
            hyperparameters=earlier.hyperparameters,
            precision=earlier.precision,
            tangent_form=earlier.tangent_form,
            bias_rate_factor=earlier.bias_rate_factor,
        )
