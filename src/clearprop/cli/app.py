"""The application: its commands, and what a wrong input is told."""

import os
import sys
import warnings
from typing import Annotated, Any

import typer

import clearprop
from clearprop.cli import demo, train, use

#: What is wrong with the command line itself, whichever Click this Typer carries.
UsageError: Any = typer.BadParameter.__base__

INTERRUPTED = 130

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
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *where: print(f"clearprop: {message}", file=sys.stderr)
        status = _status(arguments)
    if status == INTERRUPTED:
        print("clearprop: interrupted; nothing was written", file=sys.stderr)
    return status


def _status(arguments: list[str] | None) -> int:
    try:
        return int(app(args=arguments, prog_name="clearprop", standalone_mode=False) or 0)
    except (BrokenPipeError, SystemExit):  # Typer makes an exit of a broken pipe, and of nothing else
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nobody is left to be told
        return 0
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except UsageError as error:
        return _wrong(error.format_message())
    except (ValueError, OSError) as error:
        return _wrong(str(error))
    except MemoryError as error:
        return _wrong(f"there is not enough memory: {error}")


def _wrong(problem: str) -> int:
    """Say in one line what is wrong (nothing where the help has been printed instead)."""
    if problem:
        print("clearprop: " + " ".join(problem.split()), file=sys.stderr)
    return 2
