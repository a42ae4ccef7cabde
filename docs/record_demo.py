"""Write docs/demo.svg: a terminal picture of what `clearprop demo` really prints."""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("demo.svg")
WIDTH = 104


def main() -> None:
    """Run the demo in an empty folder and draw its output."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "clearprop", "demo"]
        output = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.assemble(("$ ", "bold green"), ("clearprop demo", "bold")))
    console.print(Text(output))
    svg = console.export_svg(title="clearprop demo", unique_id="demo")
    # The picture asks nobody for a font.
    PICTURE.write_text(re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg), encoding="utf-8")


if __name__ == "__main__":
    main()
