"""The facade: one name for everything, quick to import, and sure of its packages."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sorsim

CHECKOUT = Path(sorsim.__file__).parent


def python(code: str, *path: Path, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter with these folders first on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", *flags, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )


def last_line(run: subprocess.CompletedProcess[str]) -> str:
    return run.stderr.rstrip().splitlines()[-1]


def package(folder: Path, name: str, text: str = "") -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(text)
    return folder / name / "__init__.py"


def distribution(folder: Path, name: str, version: str, *files: str) -> None:
    records = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    records.mkdir()
    (records / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (records / "RECORD").write_text("".join(f"{file},,\n" for file in files))


def installation(folder: Path, without: str = "") -> Path:
    """What a wheel puts into an environment, with empty packages."""
    folder.mkdir()
    shutil.copy(CHECKOUT / "sorsim.py", folder)
    for name in {"sim", "venues", "agents", "scenarios", "analysis", "api"} - {without}:
        package(folder, name)
    return folder


@pytest.mark.parametrize("name", sorted(sorsim._HOME))
def test_a_public_name_is_the_object_in_its_module(name):
    if importlib.util.find_spec(sorsim._HOME[name]) is None:
        pytest.skip(f"{sorsim._HOME[name]} is not written yet")
    assert getattr(sorsim, name) is getattr(importlib.import_module(sorsim._HOME[name]), name)


def test_a_type_checker_sees_a_name_in_the_module_it_comes_from():
    told = {
        alias.asname: statement.module
        for statement in ast.walk(ast.parse(Path(sorsim.__file__).read_text(encoding="utf-8")))
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
        if alias.asname
    }
    assert told
    assert told.items() <= sorsim._HOME.items()


def test_a_completion_list_shows_every_public_name():
    assert set(sorsim.__all__) <= set(dir(sorsim))


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(AttributeError, match=r"^module 'sorsim' has no attribute 'rum'; it has: load, check, "):
        _ = sorsim.rum


def test_importing_the_facade_imports_nothing_behind_it():
    run = python("import sys, sorsim; print(*sorted({name.partition('.')[0] for name in sys.modules}))")
    loaded = set(run.stdout.split())
    assert "sorsim" in loaded
    assert not loaded & {"sim", "venues", "agents", "scenarios", "analysis", "api", "numpy", "pandas", "simpy"}


def test_using_a_message_does_not_load_the_numeric_libraries():
    run = python("import sys, sorsim; sorsim.Side.BUY; print('numpy' in sys.modules, 'pandas' in sys.modules)")
    assert run.stdout.split() == ["False", "False"]


def test_a_folder_of_the_same_name_in_front_is_refused(tmp_path):
    stranger = package(tmp_path, "agents")
    assert last_line(python("import sorsim", tmp_path)) == (
        f"ImportError: sorsim needs its own package 'agents', but `import agents` would run {stranger}, of no "
        "installed distribution. Rename that 'agents', or run where it is not on sys.path (a script's own folder "
        "comes first)."
    )


def test_a_package_of_another_distribution_in_front_is_refused_by_its_name(tmp_path):
    stranger = package(tmp_path, "agents")
    distribution(tmp_path, "openai-agents", "0.3.1", "agents/__init__.py")
    assert last_line(python("import sorsim", tmp_path)) == (
        f"ImportError: sorsim needs its own package 'agents', but `import agents` would run {stranger}, of the "
        "distribution openai-agents 0.3.1. Distributions with a package of the same name cannot share an environment. "
        "Give sorsim its own: python -m venv sorsim-env, then sorsim-env/bin/pip install sorsim."
    )


def test_a_package_that_another_distribution_has_written_over_is_refused(tmp_path):
    site = installation(tmp_path / "site")
    (site / "agents" / "__init__.py").write_text("from .agent import Agent\n")
    distribution(site, "openai-agents", "0.3.1", "agents/__init__.py")
    distribution(site, "sorsim", "0.1.0", "agents/__init__.py")
    message = last_line(python("import sorsim", site))
    assert f"would run {site / 'agents' / '__init__.py'}, of the distribution openai-agents 0.3.1." in message


def test_an_init_of_our_own_with_text_in_it_is_accepted(tmp_path):
    site = installation(tmp_path / "site")
    (site / "agents" / "__init__.py").write_text('"""Market participants."""\n')
    distribution(site, "sorsim", "0.1.0", "agents/__init__.py")
    assert python("import sorsim", site).returncode == 0


def test_a_folder_without_code_does_not_get_in_the_way(tmp_path):
    (tmp_path / "api").mkdir()
    assert python("import sorsim", tmp_path).returncode == 0


def test_a_module_put_in_place_by_hand_is_refused():
    run = python("import sys, types; sys.modules['sim'] = types.ModuleType('sim'); import sorsim")
    assert "`import sim` would run a module without a file" in last_line(run)


def test_a_missing_package_is_named(tmp_path):
    site = installation(tmp_path / "site", without="venues")
    assert last_line(python("import sorsim", site, flags=("-S",))) == (
        f"ImportError: sorsim's package 'venues' is missing from {site}: the installation is incomplete. "
        "Install sorsim again, in an environment of its own."
    )
