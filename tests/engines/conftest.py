"""Every engine that can run here: what each must do is tested on each."""

import pytest

from clearprop.engines import ENGINES


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]
