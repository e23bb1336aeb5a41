# Each target does all the set-up it needs; a second call skips what is there.
#   make sweep      set up and run the main job     make test   set up and run the tests
#   make test-fast  the tests without Ray, browsers and kills: what to run after each change
#   make setup      set up alone                    make bench  and what the benchmarks need
#   make check      lint, formatting, types, the direction of imports, and the documentation
#   make docs       the documentation as a site, in docs/_site

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
BENCH := $(VENV)/.bench
SWEEP ?=
# Bytecode is written when it is first needed: most of what is installed never is.
INSTALL := $(VENV)/bin/python -m pip install --quiet --no-compile --constraint constraints.txt
SITE := $(VENV)/bin/python -m sphinx --quiet --fail-on-warning --keep-going --builder html docs docs/_site
TESTS := $(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile

# Real digits for tests that need them, where they are at hand.
export SHUZI_DATA ?= $(abspath $(wildcard ../shared/data))
# Each of the many processes that a sweep and its tests start would compile shuzi anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup bench sweep test test-fast check docs clean

setup: $(READY)

bench: $(BENCH)

sweep: $(READY)
	$(VENV)/bin/shuzi sweep $(SWEEP)

test: $(READY)
	$(TESTS)

test-fast: $(READY)
	$(TESTS) -m 'not ray and not browser and not kill'

check: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -q tests/test_import_directions.py
	$(SITE)

docs: $(READY)
	$(SITE)

$(READY): pyproject.toml constraints.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[dev]'
	touch $@

$(BENCH): $(READY)
	$(INSTALL) --editable '.[dev,bench]'
	touch $@

clean:
	rm -rf $(VENV) build docs/_site docs/_built *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
