"""`clearprop derive`, `explain`, `prove`: a gradient line by line, a row with every number, the identities proven."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.presenting import Format, Language, Out, checked_format, checked_sizes, present, told_by_option
from clearprop.derivation.derivations import FORMS
from clearprop.derivation.derivations import derive as derived
from clearprop.derivation.messages import check_language
from clearprop.derivation.quantities import EXAMPLES
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from clearprop.mathematics.registry import entry_named

#: Where there is neither --output nor --loss; and for an output that no loss is paired with.
DEFAULT_OUTPUT, LOSS_OF_OTHER_OUTPUTS = "softmax", "half_squared_error"
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
    format_name = checked_format(format_name, out)
    with told_by_option():
        network = _network(layers, activation, output, loss)
        found = derived(network, of, form, language, penalty=penalty, shapes=shapes)
    present(found, format_name, out)


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
    format_name = checked_format(format_name, out)
    with told_by_option():
        network = _network(layers, activation, output, loss)
        from clearprop.derivation.proofs import prove as proven  # late: it loads SymPy, which `derive` does without

        proof = proven(network, language)
    present(proof, format_name, out)
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
    format_name = checked_format(format_name, out, model, file)
    if not 0 <= learning_rate < float("inf"):
        raise ValueError(f"--learning-rate: a number from 0 is needed; got {learning_rate}")
    from clearprop.interchange.model_file import load_table_model  # late: `derive` and `prove` load no estimators
    from clearprop.tables import TableError, read_table

    with told_by_option():
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
    present(found, format_name, out)


def _network(layers: str, activation: str, output: str | None, loss: str | None) -> Network:
    sizes = checked_sizes(layers)
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
