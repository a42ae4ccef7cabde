"""How smoothly the explorer steps through 784-128-10 in a browser: `python -m benchmarks.explorer [--write]`.

Each frame takes one step, forward to the last and back to the first. What counts are frames that the browser drew, from
its own trace, not those that a script was called for.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.machine import describe_machine
from benchmarks.pages import write_block
from clearprop import Network, Parameters
from clearprop.report import exploration
from clearprop.report.explorer import bundle
from clearprop.report.html import as_global, json_text
from clearprop.report.pdf import FLAGS, browser

PAGE = Path(__file__).parents[1] / "docs" / "explorer.md"
SIZES, ROWS, ROUNDS = (784, 128, 10), 5, 6
#: A frame that comes so many milliseconds after the one before has missed its turn at 60 a second.
LATE = 25.0
TRACED = ["disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame", "blink.user_timing"]
HTML = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>784-128-10</title><main id="place"></main>
<script type="module">{script}
clearpropExplorer.mount(document.getElementById("place"), {data}, {{ language: "en" }});</script></html>"""
STEP = """async (rounds) => {
  const root = document.querySelector("#place > *").shadowRoot;
  const [forward, back] = ["forward", "back"].map((name) => root.querySelector(`[data-move=${name}]`));
  const script = [];
  performance.mark("began");
  for (let round = 0; round < rounds; round++)
    for (const button of [forward, back])
      while (button.getAttribute("aria-disabled") !== "true") {
        const start = performance.now();
        button.click();
        script.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
      }
  performance.mark("ended");
  return script;
}"""


def page() -> str:
    """Return a page with the explorer of a network with random weights."""
    random = np.random.default_rng(0)
    W = [random.normal(0, k**-0.5, (n, k)) for k, n in pairwise(SIZES)]
    parameters = Parameters.of(W, [np.zeros(n) for n in SIZES[1:]])
    shown = exploration((Network(SIZES, "relu"), parameters), random.random((ROWS, SIZES[0])), np.eye(SIZES[-1])[:ROWS])
    return HTML.format(script=as_global(bundle()), data=json_text(shown))


def stepped(folder: str) -> tuple[list[float], list[dict[str, Any]]]:
    """Step through the network; milliseconds of script for each step, and the browser's trace."""
    path = Path(folder, "explorer.html")
    path.write_text(page(), encoding="utf-8")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), args=FLAGS)
        tab = chromium.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.as_uri())
        tab.evaluate(STEP, 1)  # once, to be compiled
        chromium.start_tracing(page=tab, categories=TRACED)
        script = tab.evaluate(STEP, ROUNDS)
        trace = json.loads(chromium.stop_tracing())["traceEvents"]
        chromium.close()
    return script, trace


def gaps(trace: list[dict[str, Any]]) -> list[float]:
    """Return the milliseconds between frames that were drawn while steps were taken."""
    [began], [ended] = ([event["ts"] for event in trace if event["name"] == name] for name in ("began", "ended"))
    drawn = sorted(e["ts"] for e in trace if e["name"] == "DrawFrame" and began <= e["ts"] <= ended)
    return [(after - before) / 1e3 for before, after in pairwise(drawn)]


def main() -> None:
    """Print what was measured; with --write, put it into docs/explorer.md."""
    with TemporaryDirectory() as folder:
        script, trace = stepped(folder)
    between = gaps(trace)
    late = sum(gap > LATE for gap in between)
    told = describe_machine()
    lines = [
        "| 784-128-10, a step in each frame | |",
        "|---|---|",
        f"| steps, frames drawn | {len(script)}, {len(between) + 1} |",
        f"| frames a second | {1e3 * len(between) / sum(between):.0f} |",
        f"| milliseconds from frame to frame, median; longest | {median(between):.1f}; {max(between):.1f} |",
        f"| frames that came more than {LATE:.0f} ms after the one before | {late} |",
        f"| milliseconds of script for a step, median; longest | {median(script):.1f}; {max(script):.1f} |",
        "",
        f"Chromium without a graphics processor, {told['processor']}, {told['cores']} cores.",
    ]
    print("\n".join(lines))
    if "--write" in sys.argv[1:]:
        write_block(PAGE, "explorer", "\n".join(lines))


if __name__ == "__main__":
    main()
