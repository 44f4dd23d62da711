#!/bin/sh
# install.sh VENV PYTHON...: make or renew the environment VENV with the locked versions and the project, editable.
#
# The first PYTHON that is 3.11 to 3.13 makes it. uv does the work when it is on the PATH (seconds), else venv and pip
# (half a minute). An environment that is there is kept and brought up to date; a broken one is made anew.
set -eu
cd "$(dirname "$0")/.."
venv=$1
shift

say() { echo "make setup: $*" >&2; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

choose() {
  for candidate in "$@"; do
    if fits "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  say "no Python 3.11, 3.12 or 3.13 among: $*."
  say "Install one, or name yours: make setup PYTHON=python3.12"
  return 2
}

with_uv() { command -v uv >/dev/null 2>&1; }

usable() {
  fits "$venv/bin/python" && { with_uv || "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
}

create() {
  if with_uv; then
    uv venv --quiet --clear --no-python-downloads --python "$1" "$venv"
  elif "$1" -c 'import ensurepip, venv' 2>/dev/null; then
    "$1" -m venv --clear "$venv"
  else
    say "$1 cannot make an environment: its module venv or ensurepip is missing."
    say "On Debian and Ubuntu: apt install python3-venv. Elsewhere: a complete Python, or uv on the PATH."
    return 2
  fi
}

install() {
  if with_uv; then
    uv pip install --quiet --compile-bytecode --python "$venv/bin/python" "$@"
  else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
  fi
}

if ! usable; then
  python=$(choose "$@")
  say "creating $venv with $("$python" --version)"
  create "$python"
fi
say "installing the locked versions"
install --require-hashes -r requirements/dev.txt
install --no-deps --no-build-isolation --editable .
# What starts often should start fast, also where Python is told to write no bytecode of its own.
"$venv/bin/python" -m compileall -q sorsim.py sim venues agents scenarios analysis api
