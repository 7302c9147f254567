# make demo · make test · make check need only Python (with venv and pip) and make.

PYTHON ?= python3
BIN := .venv/bin

# What one test run compiles serves its other workers, and the next run.
unexport PYTHONDONTWRITEBYTECODE

# Of the application, and as many of ask.
CRASHES ?= 100
SEED ?= 7

.PHONY: demo test terminal faults check format lint types contracts commonmark bench screenshots clean

demo: .venv/.runtime ## the application on its built-in emulator: no key, no network
	@$(BIN)/chat-tui --demo

test: .venv/.dev ## the test suite
	$(BIN)/python -m pytest -n 5 --dist loadgroup -m "not long"

terminal: .venv/.dev ## the rest of the tests in a real terminal: copying, the mouse, resizing
	$(BIN)/python -m pytest -m long

faults: .venv/.dev ## kill -9 at 200 moments, refusing disks, damage, several writers: make faults CRASHES=100 SEED=7
	CHAT_TUI_CRASHES=$(CRASHES) CHAT_TUI_SEED=$(SEED) CHAT_TUI_KEPT_AFTER=0.15 CHAT_TUI_FLIPS=1000 CHAT_TUI_ALL_FAULTS=1 \
		$(BIN)/python -m pytest -s tests/faults

check: .venv/.dev ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: .venv/.dev ## rewrite the sources in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

commonmark: .venv/.dev ## the specification's examples: make commonmark SPEC=path/to/spec.json
	@$(BIN)/python -m tests.commonmark $(SPEC)

bench: .venv/.dev ## the promises about speed, as ratios measured in one run
	$(BIN)/python -m tests.bench

screenshots: .venv/.dev ## the README's pictures, from the running application
	$(BIN)/python -m tests.screenshots

clean: ## forget the virtual environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev,conformance]'
	@touch $@ .venv/.runtime
