# Each target does all the set-up it needs; a second call skips what is there.
#   make sweep   set up and run the main job     make test   set up and run the tests
#   make setup   set up alone
#   make check   lint, formatting, types and the direction of imports

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
SWEEP ?=

# Real digits for tests that need them, where they are at hand.
export SHUZI_DATA ?= $(abspath $(wildcard ../shared/data))

.PHONY: setup sweep test check clean

setup: $(READY)

sweep: $(READY)
	$(VENV)/bin/shuzi sweep $(SWEEP)

test: $(READY)
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile

check: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -q tests/test_import_directions.py

$(READY): pyproject.toml constraints.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
