# make demo | run | test | check: see README.md. Extra arguments: make demo ARGS=--once, make test ARGS="-k claims".

PYTHON ?= python3
ARGS ?=
INSTANCE ?= run
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo run manage test check check-static format lock clean

help:
	@echo "make demo     sample article, replayed providers; ARGS=--once ends after the verdict table"
	@echo "make run      the same processes with live providers"
	@echo "make manage   manage.py against what make run started: make manage ARGS=createsuperuser (INSTANCE=demo for the demo's)"
	@echo "make test     every test, with its own PostgreSQL and Valkey"
	@echo "make check    format, lint, types, import contracts, migrations, tests"
	@echo "make format   let ruff rewrite what it can"
	@echo "make lock     resolve requirements*.in into requirements*.txt"
	@echo "make clean    remove .venv, .data and caches"

venv: $(DEVELOPMENT)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed and '$(PYTHON)' was not found: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make virtual environments (ensurepip is missing). On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(BIN)/python requirements.txt
	@echo "Installing what runs (requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.txt
	@echo "Installing what tests (requirements-dev.txt)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

demo: $(RUNTIME)
	@$(BIN)/python -m verifier.demo $(ARGS)

run: $(RUNTIME)
	@$(BIN)/python -m verifier.run $(ARGS)

manage: $(RUNTIME)
	@test -f .data/$(INSTANCE)/env || { \
		echo "Nothing runs from .data/$(INSTANCE): start it in another terminal, or name what runs there: make manage INSTANCE=run, demo or replay" >&2; exit 1; }
	@. ./.data/$(INSTANCE)/env && $(BIN)/python manage.py $(ARGS)

test: $(DEVELOPMENT)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: check-static test

# Neither types nor migrations need a running database; Django warns that it cannot ask one, which is why warnings are off.
check-static: export SECRET_KEY = only-for-checks
check-static: $(DEVELOPMENT)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -W ignore manage.py makemigrations --check --dry-run

format: $(DEVELOPMENT)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock:
	@command -v uv >/dev/null || { echo "uv resolves the requirements and was not found: pip install uv" >&2; exit 1; }
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean:
	@for servers in .data/*/servers; do if [ -L "$$servers" ]; then rm -rf "$$(readlink "$$servers")"; fi; done
	rm -rf $(VENV) .data .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
