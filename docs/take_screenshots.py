"""Write docs/pictures/*.png: the explorer and a report as they look, in both languages, light and dark, on a phone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sklearn.datasets import load_digits, load_iris

from clearprop import MLPClassifier
from clearprop.estimators.table_model import TableModel
from clearprop.report.pdf import FLAGS, browser
from clearprop.tables.adult import adult

PICTURES = Path(__file__).with_name("pictures")
WIDE, PHONE = (1440, 1000), (390, 844)


def main() -> None:
    """Write every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        iris, digits, people = reports(Path(folder))
        chromium = driver.chromium.launch(executable_path=browser(), args=FLAGS)
        with opened(chromium, iris) as page:
            page.locator("[data-move=last]").click()
            page.locator('line[data-layer="2"][data-j="1"][data-k="0"]').dispatch_event("click")
            take(page, "explorer", "#explorer")
        with opened(chromium, digits, language="中文", color_scheme="dark") as page:
            page.locator("[data-move=last]").click()
            page.locator("[data-choice=layer]").select_option("2")
            take(page, "explorer-dark-zh", "#explorer")
        with opened(chromium, iris, PHONE) as page:
            for _ in range(10):
                page.locator("[data-move=forward]").click()
            page.locator("#explorer .row").evaluate("one => one.scrollIntoView()")
            take(page, "explorer-phone")
        with opened(chromium, people) as page:
            take(page, "report")
        with opened(chromium, people, language="中文", color_scheme="dark") as page:
            page.locator("#measures").evaluate("one => one.scrollIntoView()")
            take(page, "report-dark-zh")
        with opened(chromium, people, PHONE) as page:
            page.locator("#importance").evaluate("one => one.scrollIntoView()")
            take(page, "report-phone")
        chromium.close()


def reports(folder: Path) -> Iterator[Path]:
    """Train, and write the reports that are looked at: on flowers, on digits, on people."""
    for name, data, hidden in (("iris", load_iris(as_frame=True), (5, 4)), ("digits", load_digits(), (32,))):
        X, y = data.data / 8, data.target_names[data.target]
        model = MLPClassifier(hidden, "tanh", solver="lbfgs", max_iter=500, alpha=0.1, random_state=0).fit(X, y)
        path = folder / f"{name}.html"
        model.report(path, X, y, name=name)
        yield path
    train, test = adult()
    path = folder / "adult.html"
    TableModel.fit(train, "target", preset="fast").report(path, test, name="adult", source="adult, test rows")
    yield path


@contextmanager
def opened(
    chromium: Browser, path: Path, size: tuple[int, int] = WIDE, language: str = "English", **options: Any
) -> Iterator[Page]:
    """Open a page of a size and a language."""
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("button", name=language).click()
    yield page
    context.close()


def take(page: Page, name: str, part: str | None = None) -> None:
    """Write a picture of what is in sight, or of one part of the page."""
    shot = page.locator(part).screenshot() if part else page.screenshot()
    temporary = PICTURES / f"{name}.png.new"
    temporary.write_bytes(shot)
    temporary.replace(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
