"""What is left out of every ordinary run: `pytest -m long` runs it."""

import pytest

LONG = (pytest.mark.slow, pytest.mark.long)
