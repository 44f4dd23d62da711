"""What is shipped, what is locked, and what `make setup` says when it cannot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from importlib.metadata import metadata
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sorsim

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("sim", "venues", "agents", "scenarios", "analysis", "api")
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from the checkout."""
    (built,) = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return set(zipfile.ZipFile(built).namelist())


def requirements(name: str) -> dict[str, str]:
    """A lock file as package -> the rest of its line with the hashes."""
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.partition("==")[0]: line.partition("==")[2] for line in lines}


def version(rest: str) -> str:
    return rest.split()[0]


def set_up(folder: Path, python_says: str) -> subprocess.CompletedProcess[str]:
    """`requirements/install.sh` on a machine with one stand-in for Python and without uv."""
    machine = folder / "bin"
    machine.mkdir()
    (machine / "python3").write_text(f"#!/bin/sh\n{python_says}\n")
    (machine / "python3").chmod(0o755)
    for tool in ("sh", "dirname"):
        (machine / tool).symlink_to(shutil.which(tool) or tool)
    return subprocess.run(
        [str(CHECKOUT / "requirements" / "install.sh"), str(folder / "venv"), "python3", "python3.12"],
        env={"PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    files = {
        path.relative_to(CHECKOUT).as_posix()
        for package in PACKAGES
        for path in (CHECKOUT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - wheel == set()


def test_the_wheel_installs_our_packages_and_the_facade_and_nothing_else(wheel):
    assert {name.partition("/")[0] for name in wheel} == {
        *PACKAGES,
        "sorsim.py",
        f"sorsim-{sorsim.__version__}.dist-info",
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_are_told_that_a_package_is_typed(wheel, package):
    assert f"{package}/py.typed" in wheel


def test_the_installed_version_is_the_one_in_the_facade():
    assert metadata("sorsim")["Version"] == sorsim.__version__


def test_the_changelog_has_a_section_for_what_is_coming():
    assert "\n## [Unreleased]\n" in (CHECKOUT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("name", ["core", "api", "distributed", "dev"])
def test_every_requirement_is_pinned_with_hashes(name):
    without = [package for package, rest in requirements(name).items() if "--hash=sha256:" not in rest]
    assert requirements(name)
    assert without == []


@pytest.mark.parametrize("name", ["core", "api", "distributed"])
def test_a_smaller_set_takes_its_versions_from_the_largest(name):
    everything = {package: version(rest) for package, rest in requirements("dev").items()}
    assert {package: version(rest) for package, rest in requirements(name).items()}.items() <= everything.items()


@pytest.mark.parametrize(
    ("name", "declared"),
    [("core", PROJECT["dependencies"])]
    + [
        (extra, PROJECT["dependencies"] + PROJECT["optional-dependencies"][extra])
        for extra in ("api", "distributed", "dev")
    ],
)
def test_the_locked_versions_are_those_that_pyproject_allows(name, declared):
    locked = {canonicalize_name(package): version(rest) for package, rest in requirements(name).items()}
    wanted = [Requirement(text) for text in declared]
    assert [str(one) for one in wanted if locked.get(canonicalize_name(one.name), "none") not in one.specifier] == []


@pytest.mark.parametrize("path", ["pyproject.toml", "Makefile", *(f"requirements/{n}.txt" for n in ("core", "dev"))])
def test_no_index_host_and_no_machine_path_is_committed(path):
    text = (CHECKOUT / path).read_text()
    assert (
        re.findall(r"\w+://\S+|--(?:extra-)?index-url \S+|--find-links \S+|(?<!\S)/(?:home|work|tmp|opt)/\S+", text)
        == []
    )


def test_set_up_without_a_fitting_python_says_which_were_tried(tmp_path):
    run = set_up(tmp_path, "exit 1")
    assert run.returncode == 2
    assert run.stderr == (
        "make setup: no Python 3.11, 3.12 or 3.13 among: python3 python3.12.\n"
        "make setup: Install one, or name yours: make setup PYTHON=python3.12\n"
    )


def test_set_up_without_ensurepip_says_what_to_install(tmp_path):
    run = set_up(tmp_path, 'case "$*" in *ensurepip*) exit 1;; *--version*) echo Python 3.12.9;; esac')
    assert run.returncode == 2
    assert run.stderr == (
        "make setup: creating {venv} with Python 3.12.9\n"
        "make setup: {python} cannot make an environment: its module venv or ensurepip is missing.\n"
        "make setup: On Debian and Ubuntu: apt install python3-venv. "
        "Elsewhere: a complete Python, or uv on the PATH.\n"
    ).format(venv=tmp_path / "venv", python=tmp_path / "bin" / "python3")


def test_ci_runs_the_test_command():
    assert os.access(CHECKOUT / ".ci" / "run", os.X_OK)
    assert (CHECKOUT / ".ci" / "run").read_text().rstrip().endswith("\nmake test")
