# The project's commands. `make demo` and `make test` each work alone on a bare checkout:
# all they need is Python 3.11 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo engines backup restore test browser journey lint format types contracts bench lock check-deploy clean-state clean

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
WORKERS ?= 2
ARGS ?=

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ------------------------------------------------------------------ set-up
# Stamps inside the environment: nothing is installed again until a lock file changes.
# An environment without a pip of its own is made 3 s sooner; the installer is uv anyway.

$(VENV)/.bootstrap: requirements/bootstrap.txt
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then echo "Python 3.11 or newer is needed: install it, or say PYTHON=/path/to/python." >&2; exit 1; fi; \
	if [ ! -x $(PY) ]; then \
	    echo "Making a Python environment in $(VENV) ..."; \
	    if "$$found" -c 'import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))' 2>/dev/null; then "$$found" -m venv --without-pip $(VENV); \
	    else "$$found" -m venv $(VENV) || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv." >&2; exit 1; }; fi; \
	fi; \
	if [ -x $(VENV)/bin/pip ]; then pip="$(PY) -m pip"; else pip="$$found -m pip --python $(PY)"; fi; \
	$$pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/.base: $(VENV)/.bootstrap requirements/base.txt
	@echo "Installing what the application needs ..."
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.bootstrap requirements/dev.txt
	@echo "Installing what the application and its tests need ..."
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $(VENV)/.base $@

setup: $(VENV)/.dev ## install everything, hash-checked, into .venv (quick when nothing changed)

lock: $(VENV)/.bootstrap ## write requirements/*.txt anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@compile() { $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) -c requirements/constraints.in "$$@"; }; \
	compile requirements/bootstrap.in -o requirements/bootstrap.txt; \
	compile pyproject.toml --extra embedded -o requirements/base.txt; \
	compile pyproject.toml --extra embedded --extra saml --group dev -o requirements/dev.txt; \
	compile pyproject.toml --extra production -o requirements/production.txt; \
	compile pyproject.toml --extra production --extra saml -o requirements/production-saml.txt

# ------------------------------------------------------------------ run

demo: $(VENV)/.base ## start a demo hospital on http://127.0.0.1:8000 (PORT=9000 for another port); Ctrl+C stops it
	@$(PY) -m coding_workflow.embedded up --demo $(ARGS)

engines: $(VENV)/.base ## start only the database and the broker, for work in a second terminal; Ctrl+C stops them
	@$(PY) -m coding_workflow.embedded engines

journey: $(VENV)/.base ## play one account from registration to payment on the running hospital, printing each step
	@$(PY) manage.py journey $(ARGS)

backup: $(VENV)/.base ## back up the database and the history's seals into a new folder of backups/ (TO= another; BACKUP_KEY encrypts)
	@$(PY) manage.py backup --to "$(or $(TO),backups)" $(ARGS)

restore: $(VENV)/.base ## restore FILE= (a backup's folder) into an empty database, for example that of 'make engines', and verify it
	@if [ -z "$(FILE)" ]; then echo "Say which: make restore FILE=backups/backup-20260930T120000Z" >&2; exit 2; fi
	@$(PY) manage.py restore "$(FILE)"

# ------------------------------------------------------------------ judge

test: $(VENV)/.dev ## run every test on engines of its own (or on DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL)
	@$(PY) -m coding_workflow.embedded run -- $(PY) -m pytest -n $(WORKERS) $(ARGS)

browser: $(VENV)/.dev ## run only the browser tests; they need chromium
	@REQUIRE_BROWSER=1 $(PY) -m coding_workflow.embedded run -- $(PY) -m pytest -m browser $(ARGS)

bench: $(VENV)/.dev ## measure the main pages and checks, as ratios to a null view in the same run
	@$(PY) -m benchmarks $(ARGS)

lint: $(VENV)/.dev ## style, templates, floors, types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djlint --quiet --lint templates
	@$(MAKE) --no-print-directory contracts types

contracts: $(VENV)/.dev ## the floors: imports go down only
	@$(VENV)/bin/lint-imports

types: $(VENV)/.dev ## types, strict in rules, services and selectors
	@SECRET_KEY=types PLAIN_HTTP=1 $(VENV)/bin/mypy

format: $(VENV)/.dev ## put the code into the house format
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

check-deploy: $(VENV)/.dev ## Django's deployment checks with production-like settings; a warning fails
	@SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" PLAIN_HTTP=0 ALLOWED_HOSTS=coding.example.org \
	    $(PY) manage.py check --deploy --fail-level WARNING

# ------------------------------------------------------------------ tidy

clean-state: $(VENV)/.base ## delete the demo hospital's database and logs (it must be stopped)
	@$(PY) -m coding_workflow.embedded forget

clean: ## delete the Python environment and caches
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
