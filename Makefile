# make install | demo | test | databases | test-crash | check | shop | fuzz | lock
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

SHIPPED := config templates knowledge

.PHONY: install demo test databases test-crash check shop fuzz lock clean

install: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "mailagent needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	$(BIN)/mailagent demo --play

# Dozens of processes import the same files: each compiles them anew where none may write down what came of it.
test: export PYTHONDONTWRITEBYTECODE =
test: install
	@$(BIN)/python tests/servers/require.py
	$(BIN)/python -m pytest

# Every test of a job on both databases; 'make test' takes SQLite for some and PostgreSQL for the others.
databases: install
	@$(BIN)/python tests/servers/require.py
	$(BIN)/python -m pytest --both-databases tests/jobs tests/crash tests/contract

# The whole matrix of crashes; 'make test' tries a tenth of it.
test-crash: install
	@$(BIN)/python tests/servers/require.py
	$(BIN)/python -m pytest tests/crash -m ""

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/python -m pytest -q -p no:xdist -o addopts= tests/test_layout.py
	@for name in $(SHIPPED); do diff -r $$name tests/shop/$$name || { echo "after a change of what is shipped: make shop"; exit 1; }; done

# Tests work on a copy of what is shipped, so that an admin's edits do not fail them.
shop:
	@for name in $(SHIPPED); do rm -rf tests/shop/$$name && cp -R $$name tests/shop/; done

# Odd mail, and odd runs of the whole; 'make test' tries a small part of both.
fuzz: install
	@$(BIN)/python tests/servers/require.py
	$(BIN)/python -m pytest tests/fuzz tests/machine -m "" --hypothesis-profile=nightly

# Pins every version with its hashes for all platforms; names no registry, so any mirror serves.
UV_COMPILE = uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml
lock:
	$(UV_COMPILE) --extra postgresql --output-file requirements.lock
	$(UV_COMPILE) --group dev --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
