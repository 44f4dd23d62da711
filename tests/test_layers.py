"""Imports go down only; pyproject.toml states the contracts, import-linter reads the code."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("sim", "venues", "agents", "scenarios", "analysis", "api")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the packages in a folder against the contracts in its pyproject.toml."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def foreign_to_a_notebook(source: str) -> list[str]:
    """The modules of ours that this code imports though a notebook must not."""
    imported: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported += [f"{node.module}.{alias.name}" for alias in node.names]
    return [
        name
        for name in imported
        if name.partition(".")[0] in {"sim", "venues", "agents", "api"}
        and not f"{name}.".startswith("venues.messages.")
    ]


def code_of(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]
    return "\n".join("pass" if re.match(r"\s*[%!]", line) else line for line in lines)


def test_imports_go_down_only():
    run = lint_imports(CHECKOUT)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says of a copy with one forbidden import in each package: contract name -> KEPT or BROKEN."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for module, line in {
        "sim/upward.py": "import venues.messages",
        "venues/upward.py": "import agents.orders",
        "agents/inward.py": "import venues.book",
        "analysis/inward.py": "import sim.environment",
        "scenarios/upward.py": "import api",
        "api/inward.py": "from venues import book",
    }.items():
        (folder / module).write_text(line + "\n")
    run = lint_imports(folder)
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", run.stdout, re.MULTILINE)) or {
        "no verdict": run.stdout + run.stderr
    }


@pytest.mark.parametrize(
    "contract",
    [
        "the kernel knows no price: it moves time, messages and rows for whoever asks",
        "a venue must not know who trades on it: return a report instead",
        "an agent sees messages and protocols, never a book's inside",
        "analysis reads recorded tables: a live object knows what no trader could have known",
        "a scenario runs without a screen: nothing imports what looks and drives",
        "the API drives scenarios: it reaches no deeper than their results and the messages",
    ],
)
def test_a_forbidden_import_breaks_its_contract(broken, contract):
    assert broken.get(contract) == "BROKEN", broken


def test_every_contract_is_proved_to_bite(broken):
    assert set(broken.values()) == {"BROKEN"}


def test_notebooks_use_the_public_names():
    notebooks = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
    assert {path.name: foreign_to_a_notebook(code_of(path)) for path in notebooks} == {
        path.name: [] for path in notebooks
    }


@pytest.mark.parametrize("line", ["import sim.log", "from venues import book", "from agents.router import Router"])
def test_a_notebook_that_reaches_deeper_is_found(line):
    assert foreign_to_a_notebook(line)


@pytest.mark.parametrize("line", ["import sorsim as ss", "from venues.messages import Side", "import analysis.plots"])
def test_a_notebook_may_use_what_is_public(line):
    assert foreign_to_a_notebook(line) == []
