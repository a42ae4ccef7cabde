"""The `clearprop` command: one module per command group, no logic of its own."""


def main() -> None:
    """Run the command line (the entry point loads nothing else until it is called)."""
    try:
        from clearprop.cli.app import run
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C before anything began
    raise SystemExit(run())
