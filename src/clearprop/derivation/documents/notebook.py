"""Explanations as a Jupyter notebook: Markdown cells, and code cells that run."""

import ast
import json
from typing import Any

from clearprop.derivation.documents.blocks import Code, Document, Heading
from clearprop.derivation.documents.markdown import block_text, title


def to_notebook(document: Document) -> str:
    """Return a document as the JSON of a notebook (nbformat 4.5) that runs from top to bottom."""
    cells: list[dict[str, Any]] = []
    text = [title(document)]
    if document.code:
        cells, text = [_markdown(text), *map(_code, document.code)], []
    for block in document.blocks:
        if isinstance(block, Code | Heading) and text:
            cells.append(_markdown(text))
            text = []
        if isinstance(block, Code):
            cells.append(_code(block.text))
        else:
            text.append(block_text(document, block))
    cells += [_markdown(text)] if text else []
    notebook = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _markdown(text: list[str]) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(text)}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": runnable(text)}


def runnable(text: str) -> str:
    """Return Python as it is, and a command line as one that a notebook runs.

    >>> runnable("clearprop info"), runnable("1 + 1")
    ('!clearprop info', '1 + 1')
    """
    if _is_python(text) and not text.lstrip().startswith("clearprop "):
        return text
    lines = [line.removeprefix("$ ") for line in text.splitlines()]
    return "\n".join(f"!{line}" if line.strip() and not line.startswith(("!", "#")) else line for line in lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
