"""A Chromium for the tests of a module, and reports opened in it."""

import pytest

from .cases import written


@pytest.fixture(scope="module")
def chromium():
    from .browsers import launched  # skips what asks for it where there is none

    with launched() as running:
        yield running


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a report from disk; errors and requests are asserted to be none when the test is over."""
    from .browsers import watch

    contexts, problems = [], []

    def opened(name: str, made=None, **options):
        path = tmp_path / f"report{len(contexts)}.html"
        (made or written(name)).write(path)
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page, problems)
        page.on("request", lambda request: None if request.url == path.as_uri() else problems.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
