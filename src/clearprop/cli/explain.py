"""`clearprop derive`, `explain` and `prove`: a gradient line by line, a row with every number, the identities proven."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.derivation.derivations import FORMS
from clearprop.derivation.derivations import derive as derived
from clearprop.derivation.documents.presented import FORMATS, Presented
from clearprop.derivation.messages import languages
from clearprop.derivation.proofs import prove as proven
from clearprop.derivation.quantities import EXAMPLES
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from clearprop.tables.atomic import atomic_write

Layers = Annotated[str, typer.Option("--layers", "-l", help="Units of every layer, the input first: 3,3,2,2.")]
Activation = Annotated[
    str, typer.Option(help=f"Of the hidden layers; one name, or one per layer: {', '.join(ACTIVATIONS)}.")
]
Output = Annotated[str | None, typer.Option(help="Activation of the last layer.", show_default="the loss's pair")]
Loss = Annotated[str | None, typer.Option(help=f"{', '.join(LOSSES)}.", show_default="the output's pair")]
Language = Annotated[str, typer.Option(help=f"{', '.join(languages())}.")]
Format = Annotated[str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}.", show_default="--out's suffix, or text")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.", show_default="to the screen")]
Shapes = Annotated[bool, typer.Option("--shapes", help="Write the shape under every array.")]
Quantity = Annotated[str | None, typer.Option("--of", help=f"{EXAMPLES}.")]


def derive(
    layers: Layers = "2,2,2",
    activation: Activation = "sigmoid",
    output: Output = None,
    loss: Loss = None,
    of: Annotated[str, typer.Option("--of", help=f"{EXAMPLES}.")] = "equations",
    form: Annotated[str, typer.Option(help=f"{', '.join(FORMS)}.")] = "index",
    language: Language = "en",
    format_name: Format = None,
    penalty: Annotated[bool, typer.Option("--penalty", help="Add the penalty (λ/2) Σ w² to the loss.")] = False,
    shapes: Shapes = False,
    out: Out = None,
) -> None:
    """Derive a gradient of a network line by line: the rule and the reason of each, nothing skipped, every line verified."""
    network = _network(layers, activation, output, loss)
    _present(derived(network, of, form, language, penalty=penalty, shapes=shapes), format_name, out)


def prove(
    layers: Layers = "2,2,2",
    activation: Activation = "sigmoid",
    output: Output = None,
    loss: Loss = None,
    language: Language = "en",
    format_name: Format = None,
    out: Out = None,
) -> None:
    """Prove every identity that back-propagation of a network uses: symbolically, or to 50 digits; it says which."""
    proof = proven(_network(layers, activation, output, loss), language)
    _present(proof, format_name, out)
    if not proof.holds:
        raise typer.Exit(1)


def explain(
    model: Annotated[Path, typer.Argument(help="A model file of `clearprop train`.")],
    file: Annotated[Path, typer.Argument(help="A table with the model's columns; the target may be missing.")],
    row: Annotated[int, typer.Option("--row", "-r", help="Which row of the file, counted from 1.")] = 1,
    of: Quantity = None,
    learning_rate: Annotated[float, typer.Option(help="The size of the step that is worked out.", min=0.0)] = 0.1,
    language: Language = "en",
    format_name: Format = None,
    shapes: Shapes = False,
    out: Out = None,
) -> None:
    """Work one row out with every number: forward, loss, backward, update; with --of, a gradient line by line."""
    from clearprop.cli.use import load_table_model
    from clearprop.tables import read_table

    table_model, table = load_table_model(model), read_table(file)
    if not 1 <= row <= table.num_rows:
        raise ValueError(f"--row: {file.name} has rows 1 to {table.num_rows:,}; got {row}")
    options: dict[str, Any] = {"quantity": of, "learning_rate": learning_rate, "language": language, "shapes": shapes}
    worked = table_model.work(table.slice(row - 1, 1), source=f"{file.name}, row {row}", **options)
    _present(worked, format_name, out)


def _network(layers: str, activation: str, output: str | None, loss: str | None) -> Network:
    sizes = _sizes(layers)
    names: Sequence[str] = [name.strip() for name in activation.split(",")]
    hidden = names[0] if len(names) == 1 else tuple(names)
    if output is None:
        output = LOSSES[loss].paired_output if loss in LOSSES else "softmax"
    if loss is None:
        pairs = {entry.paired_output: entry.name for entry in LOSSES.values()}
        loss = pairs.get(output, "half_squared_error")
    return Network(sizes, hidden, output, loss)


def _sizes(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace("-", ",").split(",")]
    if len(parts) < 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(f"--layers: whole numbers from 1, the input first, such as 3,3,2,2; got {text!r}")
    return tuple(int(part) for part in parts)


def _present(found: Presented, format_name: str | None, out: Path | None) -> None:
    """Print an explanation, or write it whole to a file."""
    name = format_name or _format_of(out)
    if name not in FORMATS:
        raise ValueError(f"--format: {name!r} is not known; there is {', '.join(FORMATS)}")
    text = FORMATS[name][0](found.document)
    if out is None:
        print(text)
        return
    with atomic_write(out) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"Wrote {out}", file=sys.stderr)


def _format_of(out: Path | None) -> str:
    suffixes = {suffix: name for name, (_, suffix) in FORMATS.items()}
    return "text" if out is None else suffixes.get(out.suffix, "text")
