"""`python -m clearprop` is the `clearprop` command."""

from clearprop.cli import main

main()
