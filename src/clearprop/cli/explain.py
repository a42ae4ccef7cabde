"""`clearprop derive`, `explain`, `prove`: a gradient line by line, a row with every number, the identities proven."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from clearprop.derivation.derivations import FORMS
from clearprop.derivation.derivations import derive as derived
from clearprop.derivation.documents.presented import FORMATS, Presented
from clearprop.derivation.messages import check_language, languages
from clearprop.derivation.quantities import EXAMPLES
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from clearprop.mathematics.registry import entry_named

#: What an error calls an argument, and its option here.
OPTIONS = {
    "hidden activation": "--activation",
    "hidden": "--activation",
    "output activation": "--output",
    "loss": "--loss",
    "sizes": "--layers",
    "quantity": "--of",
    "form": "--form",
    "language": "--language",
    "learning_rate": "--learning-rate",
}
#: Where there is neither --output nor --loss; and for an output that no loss is paired with.
DEFAULT_OUTPUT, LOSS_OF_OTHER_OUTPUTS = "softmax", "half_squared_error"
#: The width of text in a file, whatever the terminal's may be.
FILE_WIDTH = 100

ELEMENTWISE = {name: entry for name, entry in ACTIVATIONS.items() if entry.elementwise}

Layers = Annotated[str, typer.Option("--layers", "-l", help="Units of every layer, the input first: 3,3,2,2.")]
Activation = Annotated[
    str, typer.Option(help=f"Of the hidden layers; one name, or one per layer: {', '.join(ELEMENTWISE)}.")
]
Output = Annotated[
    str | None,
    typer.Option(
        help="Activation of the last layer: as --activation, or softmax.", show_default="--loss's pair: softmax"
    ),
]
Loss = Annotated[str | None, typer.Option(help=f"{', '.join(LOSSES)}.", show_default="--output's pair")]
Language = Annotated[str, typer.Option(help=f"{', '.join(languages())}.")]
Format = Annotated[
    str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}.", show_default="by --out's suffix; else text")
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.", show_default="to the screen")]
Shapes = Annotated[bool, typer.Option("--shapes", help="Write the shape under every array.")]


def derive(
    layers: Layers = "2,2,2",
    activation: Activation = "sigmoid",
    output: Output = None,
    loss: Loss = None,
    of: Annotated[str, typer.Option("--of", help=f"What to derive: {EXAMPLES}.")] = "equations",
    form: Annotated[str, typer.Option(help=f"{', '.join(FORMS)}.")] = "index",
    penalty: Annotated[bool, typer.Option("--penalty", help="Add the penalty (λ/2) Σ w² to the loss.")] = False,
    language: Language = "en",
    format_name: Format = None,
    shapes: Shapes = False,
    out: Out = None,
) -> None:
    """Derive a gradient line by line: the rule and the reason of each, nothing skipped, every line verified."""
    format_name = _checked_format(format_name, out)
    with _told_by_option():
        network = _network(layers, activation, output, loss)
        found = derived(network, of, form, language, penalty=penalty, shapes=shapes)
    _present(found, format_name, out)


def prove(
    layers: Layers = "2,2,2",
    activation: Activation = "sigmoid",
    output: Output = None,
    loss: Loss = None,
    language: Language = "en",
    format_name: Format = None,
    out: Out = None,
) -> None:
    """Prove every identity that back-propagation uses: symbolically, or to 50 digits; it says which.

    The exit status is 1 where one does not hold.
    """
    format_name = _checked_format(format_name, out)
    with _told_by_option():
        network = _network(layers, activation, output, loss)
        from clearprop.derivation.proofs import prove as proven  # late: it loads SymPy, which `derive` does without

        proof = proven(network, language)
    _present(proof, format_name, out)
    if not proof.holds:
        raise typer.Exit(1)


def explain(
    model: Annotated[Path, typer.Argument(help="A model file of `clearprop train`.")],
    file: Annotated[Path, typer.Argument(help="A table with the model's columns; the target may be missing.")],
    row: Annotated[int, typer.Option("--row", "-r", help="Which row of the file, counted from 1.")] = 1,
    of: Annotated[
        str | None, typer.Option("--of", help=f"Derive this too, line by line with the row's numbers: {EXAMPLES}.")
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="The size of the step that is worked out.")] = 0.1,
    language: Language = "en",
    format_name: Format = None,
    shapes: Shapes = False,
    out: Out = None,
) -> None:
    """Work one row out with every number: forward, loss, backward, update; with --of, a gradient line by line."""
    format_name = _checked_format(format_name, out, model, file)
    if not 0 <= learning_rate < float("inf"):
        raise ValueError(f"--learning-rate: a number from 0 is needed; got {learning_rate}")
    from clearprop.cli.use import load_table_model  # late, so that `derive` and `prove` load no estimators and tables
    from clearprop.tables import TableError, read_table

    with _told_by_option():
        check_language(language)
        table_model, table = load_table_model(model), read_table(file)
        if not 1 <= row <= table.num_rows:
            there_are = f"rows 1 to {table.num_rows:,}" if table.num_rows else "no rows"
            raise ValueError(f"--row: {file.name} has {there_are}; got {row}")
        try:
            found = table_model.work(
                table.slice(row - 1, 1),
                source=f"{file.name}, row {row}",
                quantity=of,
                learning_rate=learning_rate,
                language=language,
                shapes=shapes,
            )
        except TableError as error:  # its own row is that of the slice, always 1
            raise TableError(error.problem, source=error.source, column=error.column) from None
    _present(found, format_name, out)


def _network(layers: str, activation: str, output: str | None, loss: str | None) -> Network:
    sizes = _sizes(layers)
    names = [name.strip() for name in activation.split(",")]
    for name in names:
        entry_named(ELEMENTWISE, name, "--activation")
    if output is not None:
        output = entry_named(ACTIVATIONS, output, "--output").name
    if loss is None:
        pairs = {entry.paired_output: entry.name for entry in LOSSES.values()}
        loss = pairs.get(output or DEFAULT_OUTPUT, LOSS_OF_OTHER_OUTPUTS)
    return Network(
        sizes,
        names[0] if len(names) == 1 else tuple(names),
        output or entry_named(LOSSES, loss, "--loss").paired_output,
        loss,
    )


def _sizes(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace("-", ",").split(",")]
    if len(parts) < 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(f"--layers: two or more whole numbers from 1, such as 3,3,2,2, are needed; got {text!r}")
    return tuple(int(part) for part in parts)


@contextmanager
def _told_by_option() -> Iterator[None]:
    """Name the option of the command line where an error names the argument of a function."""
    try:
        yield
    except ValueError as error:
        name, colon, problem = str(error).partition(": ")
        raise ValueError(OPTIONS.get(name, name) + colon + problem) from None


def _checked_format(name: str | None, out: Path | None, *inputs: Path) -> str:
    """Return the format that is asked for, by name or by suffix; check, before any work, that it can be written."""
    if name is not None and name not in FORMATS:
        raise ValueError(f"--format: {name!r} is unknown; there are {', '.join(FORMATS)}")
    if out is None:
        return name or "text"
    suffixes = {suffix: format_name for format_name, (_, suffix) in FORMATS.items()}
    if name is None and out.suffix.lower() not in suffixes:
        problem = f"the suffix {out.suffix!r} is unknown" if out.suffix else "there is no suffix"
        raise ValueError(f"--out: {out}: {problem}; give one of {', '.join(suffixes)}, or --format")
    by_suffix = suffixes.get(out.suffix.lower()) or str(name)
    if name is not None and name != by_suffix:
        raise ValueError(
            f"--out: {out}: the suffix is that of {by_suffix}, but --format is {name}; leave one out, "
            f"or write to {out.with_suffix(FORMATS[name][1]).name}"
        )
    if inputs:
        from clearprop.cli.train import check_not_over

        check_not_over(out, *inputs)
    from clearprop.tables.atomic import check_writable

    check_writable(out)
    return by_suffix


def _present(found: Presented, format_name: str, out: Path | None) -> None:
    """Print an explanation, or write it whole to a file."""
    if out is None:
        _print(FORMATS[format_name][0](found.document))
        return
    from clearprop.tables.atomic import atomic_write

    text = found.to_text(FILE_WIDTH) if format_name == "text" else FORMATS[format_name][0](found.document)
    with atomic_write(out) as temporary:
        temporary.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    print(f"Wrote {out}", file=sys.stderr)


def _print(text: str) -> None:
    """Print a text as a whole, so that a reader who has gone is noticed here."""
    try:
        print(text.rstrip("\n"), flush=True)
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        raise ValueError(
            f"{sign!a} cannot be shown in the output's encoding, {error.encoding}; set PYTHONUTF8=1, or give --out FILE"
        ) from None
