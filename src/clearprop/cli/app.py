"""The application: its commands, and what a wrong input is told."""

import os
import sys
import warnings
from importlib import import_module
from typing import Annotated, Any

import typer

import clearprop

#: What is wrong with the command line itself, whichever Click this Typer carries.
UsageError: Any = typer.BadParameter.__base__

INTERRUPTED = 130

#: Each command and the module that has it, in the order of the help.
COMMANDS = {
    "demo": "demo",
    "train": "train",
    "predict": "use",
    "evaluate": "use",
    "info": "use",
    "report": "report",
    "explain": "explain",
    "derive": "explain",
    "prove": "explain",
    "check": "check",
}


def application(arguments: list[str]) -> typer.Typer:
    """Return the application with the one command that is asked for, so that no other's imports are waited for."""
    app = typer.Typer(
        help="Fully connected neural networks with nothing hidden.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_options)
    asked = arguments[0] if arguments else ""
    for name in [asked] if asked in COMMANDS else [] if asked == "--version" else COMMANDS:
        module = import_module(f"clearprop.cli.{COMMANDS[name]}")
        app.command(name)(getattr(module, name))
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"clearprop {clearprop.__version__}")
        raise typer.Exit


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
        app = application(sys.argv[1:] if arguments is None else arguments)
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
