"""Every notebook runs from top to bottom, and says again what it says in the repository.

A notebook is written as ``notebooks/<name>.py`` (jupytext, percent format: that is what is reviewed) and committed with
its outputs as ``notebooks/<name>.ipynb``. After a change, of a notebook or of results, write the latter anew with

    pytest tests/notebooks --regen-all
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

CHECKOUT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
SOURCES = sorted((CHECKOUT / "notebooks").glob("*.py"))
SECONDS = 600
"""After which a cell counts as hanging."""

PLACES = re.compile(r"(?<![\w./])/(?:home|root|tmp|var|usr|opt|mnt|work|Users|private)\b|[A-Z]:\\\\")
"""Paths of one machine."""


def from_source(path: Path) -> Any:
    """The notebook that a percent script says, without outputs; cells are named by their number."""
    notebook = jupytext.read(path)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        cell.metadata.clear()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    return notebook


def execute(notebook: Any, folder: Path) -> Any:
    """Run all cells in a fresh kernel; an error in a cell is raised."""
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    metadata = nbformat.from_dict(dict(notebook.metadata))
    client.execute(env={**os.environ, "PYTHONPATH": str(CHECKOUT)})
    notebook.metadata = metadata  # nbclient writes down the version of Python
    return notebook


def said(notebook: Any) -> list[tuple[str, list[str]]]:
    """The text of the outputs by cell: all but pictures and rich forms of the same text."""
    return [
        (
            cell.id,
            ["".join(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs],
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_runs_and_says_what_it_said(
    source: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # nobody's own settings
    executed = execute(from_source(source), tmp_path)
    if request.config.getoption("regen_all"):
        nbformat.write(executed, source.with_suffix(".ipynb"))
    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert said(executed) == said(stored)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_is_its_source_with_outputs(source: Path) -> None:
    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    wanted = from_source(source)
    assert [(c.cell_type, c.id, c.source) for c in stored.cells] == [
        (c.cell_type, c.id, c.source) for c in wanted.cells
    ]
    assert all(cell.outputs for cell in stored.cells if cell.cell_type == "code" and not defines_only(cell.source))


def defines_only(source: str) -> bool:
    """A cell that shows nothing: its last line is indented or a plain assignment."""
    last = source.rstrip().splitlines()[-1]
    return last.startswith((" ", ")", "]")) or re.match(r"\w+ \+?= ", last) is not None


def test_every_notebook_has_a_source() -> None:
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in SOURCES] != []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_nothing_of_where_and_when_it_ran(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert all(not cell.metadata for cell in notebook.cells)
    texts = [text for _, outputs in said(notebook) for text in outputs]
    sources = [cell.source for cell in notebook.cells]
    assert [found.group() for text in (*texts, *sources) for found in PLACES.finditer(text)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_stays_small_enough_to_review(path: Path) -> None:
    assert path.stat().st_size < 1_000_000


def test_a_notebook_whose_cell_fails_is_found(tmp_path: Path) -> None:
    source = tmp_path / "broken.py"
    source.write_text("# %%\n1 / 0\n", encoding="utf-8")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        execute(from_source(source), tmp_path)
