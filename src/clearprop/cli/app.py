"""The application: its commands, and what a wrong input is told."""

import sys
from typing import Annotated

import typer

import clearprop
from clearprop.cli import demo, train, use

app = typer.Typer(
    help="Fully connected neural networks with nothing hidden.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("train")(train.train)
app.command("predict")(use.predict)
app.command("evaluate")(use.evaluate)
app.command("info")(use.info)


def _version(asked: bool) -> None:
    if asked:
        print(f"clearprop {clearprop.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = (
        False
    ),
) -> None:
    """Fully connected neural networks with nothing hidden."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status: 0, or 2 where the input is wrong, told in one line on standard error."""
    try:
        return int(app(args=arguments, prog_name="clearprop", standalone_mode=False) or 0)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone: nobody is left to be told
        return 0
    except (typer.Abort, KeyboardInterrupt):
        print("clearprop: interrupted; nothing was written", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        print("clearprop: " + " ".join(str(error).split()), file=sys.stderr)
        return 2
