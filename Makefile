# The front door: every command a user or developer needs.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
ROUNDS ?= $(if $(CI),20,300)
BIN := .venv/bin

.PHONY: help run test check format bench crash docs screenshots clean

help: ## Show these commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Deskbell needs Python 3.11 or newer; name one: make PYTHON=/path/to/python")'
	@echo "Setting up .venv (only this time, about half a minute) …"
	@$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | .venv/bin/python
	@echo "Installing what the desk needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ .venv/.installed

run: .venv/.installed ## Start the desk on http://127.0.0.1:8080
	@$(BIN)/deskbell run

test: .venv/.dev ## Run all tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: .venv/.dev ## Check style, types and the directions of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/.dev ## Format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

bench: .venv/.dev ## Measure, and print a table
	@$(BIN)/python -m tests.bench $(ARGS)

crash: .venv/.dev ## Kill the desk at random points, ROUNDS times per database, a quarter of it in team chats and by mail
	@$(BIN)/python -m tests.crash --rounds $(ROUNDS) $(ARGS)

docs: .venv/.dev ## Write the generated pages and catalogs anew
	@$(BIN)/python -m bot.reference
	@$(BIN)/python -m bot.catalog

screenshots: .venv/.dev ## Take the pictures of docs/ anew
	@$(BIN)/python -m pytest -q tests/browser --screenshots docs/pictures

clean: ## Remove what was made here, but never the desk's data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
