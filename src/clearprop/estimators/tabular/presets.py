"""The table of presets: how many networks of which kinds are trained for a table, and how; a new one is one entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

FEW_ROWS, VERY_FEW_ROWS, LEAST_ROWS_OF_A_FOLD = 5000, 2000, 2
LEAST_STEPS_AN_EPOCH, LEAST_ROWS_A_STEP = 8, 32

NUMBERS = ("plain", "periodic", "bins", "bins_and_periodic")


@dataclass(frozen=True)
class MemberKind:
    """How a network for a table is made and trained: the published recipe, unless said otherwise.

    Arguments:
        numbers: what a number becomes beside itself: nothing ("plain"), learned waves ("periodic"), a share of each of
            its bins ("bins"), or both.
        embeds_values: whether a number with few different values is a category beside that, with a vector for each.
        hidden_layer_sizes: units of each hidden layer.
        activation: of the hidden layers, each unit with a learned share of it.
        dropout, weight_decay: both flat for half of the epochs, then down to 0 along a cosine.
        learning_rate: of V in the tangent form W = V/√n; biases have a tenth of it.
        schedule: an entry of the table of schedules.
        label_smoothing: s: targets become (1 − s) Y + s/n_L.
        batch_size: rows a step, at most; see `rows_a_step`.

    Source: Holzmüller et al. 2024 (RealMLP-TD); bins: Gorishniy et al. 2022.
    """

    numbers: str = "periodic"
    embeds_values: bool = False
    hidden_layer_sizes: tuple[int, ...] = (256, 256, 256)
    activation: str = "selu"
    dropout: float = 0.15
    weight_decay: float = 0.02
    learning_rate: float = 0.04
    schedule: str = "coslog4"
    beta_2: float = 0.95
    label_smoothing: float = 0.1
    batch_size: int = 256

    def rows_a_step(self, n_rows: int) -> int:
        """Rows a step for a table of so many: in few rows, fewer, so that an epoch has eight steps."""
        fewest = min(LEAST_ROWS_A_STEP, n_rows)
        return max(fewest, min(self.batch_size, n_rows // LEAST_STEPS_AN_EPOCH))


@dataclass(frozen=True)
class Preset:
    """What is trained for a table.

    Arguments:
        summary: for whom it is, in one line.
        kinds: the kinds of networks; each is trained `n_folds` times.
        n_folds: each network of a kind leaves out its own n_folds-th part of the rows, on which its best epoch is
            chosen; 1: one network, which leaves out a fifth. Tables with few rows have twice as many: each row counts.
        max_epochs: at most so many; `max_updates`: at most as many epochs as make so many steps, but `min_epochs`.
        watched: what the best epoch is chosen by: "log_loss" or "error" (of amounts, always the squared error).
        for_few_rows: what is trained in its place for a table with fewer than `few_rows` rows; None: the same.
    """

    summary: str
    kinds: tuple[MemberKind, ...]
    n_folds: int = 1
    max_epochs: int = 256
    max_updates: int = 1_000_000
    min_epochs: int = 16
    watched: str = "log_loss"
    for_few_rows: Self | None = None
    few_rows: int = FEW_ROWS

    def for_rows(self, n_rows: int) -> "Preset":
        """What is trained for a table of so many rows: a preset that asks for the rows no more."""
        if self.for_few_rows is not None and n_rows < self.few_rows:
            return self.for_few_rows.for_rows(n_rows)
        return replace(self, for_few_rows=None)

    def asked(self, **asked: Any) -> "Preset":
        """The same with other numbers, for few rows, too."""
        few = self.for_few_rows
        return replace(self, **asked, for_few_rows=None if few is None else few.asked(**asked))

    def n_members(self, n_rows: int) -> int:
        """How many networks of each kind are trained for so many rows."""
        twice = self.n_folds > 1 and n_rows < FEW_ROWS
        return max(1, min(2 * self.n_folds if twice else self.n_folds, n_rows // LEAST_ROWS_OF_A_FOLD))

    def n_epochs(self, n_rows: int, batch_size: int) -> int:
        """How many epochs a network is trained on so many rows."""
        steps = -(-n_rows // batch_size)
        return min(self.max_epochs, max(self.min_epochs, self.max_updates // steps))

    def for_amounts(self) -> "Preset":
        """The same for a regression: Mish, five times the learning rate, no smoothing."""
        kinds = tuple(
            replace(kind, activation="mish", learning_rate=5.0 * kind.learning_rate, label_smoothing=0.0)
            for kind in self.kinds
        )
        few = self.for_few_rows
        return replace(self, kinds=kinds, for_few_rows=None if few is None else few.for_amounts())


_SHARP = MemberKind(label_smoothing=0.0, hidden_layer_sizes=(256, 256), activation="relu")
_PLAIN, _BINS = (replace(_SHARP, numbers=numbers) for numbers in ("plain", "bins"))
_VALUES = replace(_SHARP, numbers="plain", embeds_values=True)
# Deep and narrow networks with SELU lose less, in less time, than wide ones with ReLU, and both together less still.
_DEEP = MemberKind(label_smoothing=0.0, hidden_layer_sizes=(128, 128, 128))
_DEEP_BINS, _DEEP_VALUES = replace(_DEEP, numbers="bins"), replace(_DEEP, embeds_values=True)

# One network each of two kinds, for long enough, before three kinds for less; with few rows, several networks of one.
_QUICK = tuple(replace(_DEEP, numbers="plain", embeds_values=embeds) for embeds in (False, True))
_OF_ONE_KIND = (replace(_PLAIN, hidden_layer_sizes=(128, 128), batch_size=64),)
_QUICK_FOR_VERY_FEW_ROWS = Preset("six networks of one kind", _OF_ONE_KIND, 3, 10)
_QUICK_FOR_FEW_ROWS = Preset(
    "eight networks of one kind", _OF_ONE_KIND, 4, 14, for_few_rows=_QUICK_FOR_VERY_FEW_ROWS, few_rows=VERY_FEW_ROWS
)

# In few rows few values repeat, and vectors of theirs cost most and help least.
_DEFAULT_FOR_FEW_ROWS = Preset("eight networks of each of three kinds", (_PLAIN, _DEEP, _DEEP_BINS), 4, 32)
_BEST_FOR_VERY_FEW_ROWS = replace(_DEFAULT_FOR_FEW_ROWS, summary="sixteen networks of each of three kinds", n_folds=8)
_BEST_FOR_FEW_ROWS = Preset(
    "sixteen networks of each of five kinds",
    (*_DEFAULT_FOR_FEW_ROWS.kinds, _BINS, replace(_DEEP, numbers="bins_and_periodic")),
    8,
    64,
    for_few_rows=_BEST_FOR_VERY_FEW_ROWS,
    few_rows=VERY_FEW_ROWS,
)

PRESETS: Mapping[str, Preset] = {
    "fast": Preset(
        "in seconds: one network of each of two kinds, or for few rows six or eight of one",
        _QUICK,
        max_epochs=32,
        max_updates=1_600,
        min_epochs=20,
        for_few_rows=_QUICK_FOR_FEW_ROWS,
    ),
    "default": Preset(
        "four networks of each of four kinds, or for few rows eight of three",
        (_PLAIN, _DEEP, _DEEP_BINS, _DEEP_VALUES),
        4,
        32,
        3_000,
        for_few_rows=_DEFAULT_FOR_FEW_ROWS,
    ),
    "best": Preset(
        "eight networks of each of six kinds, or for few rows sixteen of three or five",
        (_PLAIN, _BINS, _VALUES, replace(_DEEP, hidden_layer_sizes=(256, 256, 256)), _DEEP_BINS, _DEEP_VALUES),
        8,
        64,
        6_000,
        for_few_rows=_BEST_FOR_FEW_ROWS,
    ),
    "realmlp": Preset(
        "one network by the published recipe RealMLP-TD, which watches the error", (MemberKind(),), watched="error"
    ),
}
