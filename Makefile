# make book    environment, book; says where to look      make test   everything that is checked
# make serve   the book on this machine                   make lab    JupyterLab on the course
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --retries 2 --timeout 20
# Errors are still printed; a word on the screen precedes each long wait.
PIP_INSTALL := $(PIP) install -qq --progress-bar off --no-warn-script-location
WORKERS ?= 2
PYTEST_ARGS ?=

READER := $(VENV)/.reader-ready
TESTER := $(VENV)/.tester-ready
SETTINGS := pyproject.toml requirements.lock hatch_build.py $(wildcard jupyter/*.json)

OFFLINE = { echo; echo "The packages could not be installed (pip's message is above)."; \
	echo "If this computer is offline, connect it once and repeat the command: nothing half-done is kept."; exit 1; }

.PHONY: help book serve lab test lint types unit browser bench bench-grade exercises notebooks lock chromium firefox bubblewrap clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
	  while IFS=$$'\t' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

$(VENV)/.python: tools/find-python
	@python="$$(sh tools/find-python)"; \
	if ! $(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null \
	   || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Creating $(VENV) with $$python"; "$$python" -m venv --clear $(VENV); fi
	@touch $@

$(READER): $(VENV)/.python requirements.txt $(SETTINGS)
	@rm -f $@
	@echo "Installing what a reader needs into $(VENV) (once; one to three minutes)"
	@$(PIP_INSTALL) -r requirements.txt || $(OFFLINE)
	@touch $@

$(TESTER): $(READER)
	@rm -f $@
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP_INSTALL) -c requirements.lock -e '.[book,cluster,test]' || $(OFFLINE)
	@touch $@

book: $(READER) ## Set up and build the book
	@$(BIN)/balkanlab book
	@echo "Open it with 'make serve'."

serve: $(READER) ## Build the book if need be and show it at an address of this machine
	@$(BIN)/balkanlab serve

lab: $(READER) ## JupyterLab on the course
	@$(BIN)/balkanlab lab

lint: $(TESTER)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(TESTER)
	@$(BIN)/mypy

unit: $(TESTER) ## Quick tests only: no browser, no notebook runs, no sandbox
	@$(BIN)/python -m pytest -q -m "not browser and not lab and not notebook and not sandbox" $(PYTEST_ARGS)

browser: $(TESTER) chromium firefox ## Only the tests that need a browser
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "browser or lab" $(PYTEST_ARGS)

test: lint types chromium firefox bubblewrap ## Everything: style, types, models, data, exercises, notebooks, book and JupyterLab in Chromium
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

bench: $(TESTER) chromium ## Seconds and bytes, held against their bars
	@$(BIN)/balkanlab bench

bench-grade: $(TESTER) bubblewrap ## A class of 200 graded, beside nbgrader and plain nbclient
	@$(BIN)/python bench/grade.py

exercises: $(READER) ## Regenerate exercise notebooks from their sources
	@$(BIN)/balkanlab exercises

notebooks: $(READER) ## Run the chapters and store their outputs
	@$(BIN)/balkanlab execute

lock: ## Renew requirements.lock (for maintainers; needs uv)
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --no-annotate \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

chromium:
	@sh tools/need-chromium

firefox:
	@sh tools/need-firefox

bubblewrap:
	@sh tools/need-bubblewrap

clean: ## Remove what was built; the environment stays unless you add ENV=1
	@rm -rf _build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@if [ -n "$${ENV:-}" ]; then rm -rf $(VENV); fi
