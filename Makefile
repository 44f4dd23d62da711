# Everything starts from a clean clone with Python 3.11 to 3.13 and make; each target does its own set-up.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
PYTEST_ARGS ?=
LOCK_ARGS ?=

# The first that is Python 3.11 to 3.13 makes the environment; PYTHON=... names another.
PYTHON ?= python3 python3.13 python3.12 python3.11 python

.DEFAULT_GOAL := help
.PHONY: help setup run test validate bench check coverage format lock build clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv with the locked versions

$(STAMP): requirements/dev.txt pyproject.toml
	@requirements/install.sh $(VENV) $(PYTHON)
	@touch $@

run: setup ## compare all routing strategies on the flagship scenario
	$(BIN)/sorsim compare us_equities --strategies all --baseline single_venue --seeds 3

test: setup ## the tests, doctests included, without the slow ones
	$(BIN)/python -m pytest -q $(PYTEST_ARGS)

validate: setup ## the slow tests, then every published or predicted result against ours
	$(BIN)/python -m pytest -q -m slow $(PYTEST_ARGS)
	$(BIN)/sorsim validate

bench: setup ## speed and memory, with the machine and a calibration loop beside the figures
	$(BIN)/python benchmarks/run_all.py

check: setup ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: setup ## branch coverage of sim and venues, at least 95 percent
	$(BIN)/python -m pytest -q --cov --cov-report=term-missing tests/sim tests/venues sim venues

format: setup ## rewrite the sources in our style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv. dev.txt holds every package; the smaller sets take their versions from it.
COMPILE = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
  --custom-compile-command "make lock"

lock: ## write the requirement files anew (needs uv; LOCK_ARGS=--upgrade for the newest versions)
	@command -v uv >/dev/null || { echo "make lock: uv is not on the PATH; install it: pip install uv" >&2; exit 2; }
	$(COMPILE) --extra dev --extra api --extra distributed $(LOCK_ARGS) -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/core.txt
	$(COMPILE) -c requirements/dev.txt --extra api -o requirements/api.txt
	$(COMPILE) -c requirements/dev.txt --extra distributed -o requirements/distributed.txt

build: setup ## the wheel and the source archive, in dist/
	$(BIN)/hatchling build

clean: ## remove .venv, caches and built files; runs/ stays
	rm -rf $(VENV) dist build htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
