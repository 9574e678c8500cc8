# Everything here works on a machine with Python 3.11 or newer, make and a package index.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	if $$each -c $(WILL_DO) 2>/dev/null; then echo $$each; break; fi; done)
# Debian and Ubuntu have ensurepip, and with it venv, in a package of its own
WILL_DO = 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'
NO_PYTHON = No Python 3.11 or newer with venv is found: install one (Debian, Ubuntu: \
	apt install python3 python3-venv), or name it: make PYTHON=/path/to/python
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
MODEL ?= local
TASK ?= Search the files for "portugal", read examples/geographer.py, and remember how many people live in Portugal.

.PHONY: run test test-quick check bench faults format clean

# as it was typed: make would take the $ of a price for a variable
unexport TASK
run: export ASK = $(value TASK)
run: $(READY)
	@$(BIN)/agentic ask $(if $(AGENT),--agent "$(AGENT)") --model "$(MODEL)" -- "$$ASK"

test: $(READY)
	$(BIN)/agentic pull local
	$(BIN)/python -m pytest

test-quick: $(READY)
	$(BIN)/python -m pytest -m "not weights"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# every figure, side by side with what it is to reach; an hour on two cores
bench: $(READY)
	$(BIN)/python -m benchmarks

# real kills, fuzzed models, hostile text and code: the long form of tests/faults; about an hour
# and three quarters, one of which is a soak
faults: $(READY)
	FAULTS_KILLS=5000 FAULTS_OUTPUTS=20000 FAULTS_STEPS=50000 $(BIN)/python -m pytest -s tests/faults
	$(BIN)/python -m tests.faults.soaking --seconds 3600

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# --group needs pip 25.1, so pip itself comes first
$(READY): pyproject.toml
	@python="$(PYTHON)"; "$${python:-false}" -c $(WILL_DO) 2>/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
