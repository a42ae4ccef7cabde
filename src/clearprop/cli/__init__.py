"""The `clearprop` command: one module per command group, no logic of its own."""


def main() -> None:
    """Run the command line (the entry point loads nothing else until it is called)."""
    from clearprop.cli.app import run

    raise SystemExit(run())
