# Everything a newcomer needs is a target here; each one sets up what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
# compiled modules are kept whatever the machine says: without them each start compiles everything again
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?=
WORKERS ?= 2
# Percent of lines and of branches of src/ that the tests must reach; `make test COVERAGE_GATE=0` only measures.
COVERAGE_GATE ?= 90
PYTEST_ARGS ?=
# `make lock UPGRADE=1` moves every pin to the newest release.
UPGRADE ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
NODE_PATH_OF := $(BIN)/python tools/node.py --path
WITH_NODE = PATH="$$($(NODE_PATH_OF)):$$PATH"
SOURCES := $(shell find src/cutwater -not -path '*/vendor/*' '(' -name '*.html' -o -name '*.py' -o -path '*/static/*.js' -o -name tokens.css ')' 2>/dev/null)

# A browser that was not there, or is gone, is looked for again.
NO_CHROMIUM := $(shell test -x "$$(cat $(STAMPS)/chromium 2>/dev/null)" || echo look-again)

.PHONY: look-again help demo dev test check fmt bench migrate lock assets docs screenshots setup clean \
	check-format check-lint check-types check-imports check-tree check-sizes check-rules check-schema check-docs check-js check-speed \
	test-python test-elements

help: ## show this list
	@printf 'Cutwater. Needs Python 3.11 or newer; everything else is fetched.\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(STAMPS)/assets ## serve Cutwater with a demo organization in it, and print where
	@exec $(BIN)/cutwater demo

dev: $(STAMPS)/assets ## serve the demo, and reload when Python, templates, CSS or JS change
	@exec $(BIN)/cutwater dev

test: $(STAMPS)/assets $(STAMPS)/chromium test-elements test-python ## run every test: unit, service, API, browser

check: check-format check-lint check-types check-imports check-tree check-sizes check-rules check-schema check-docs check-js ## format, lint, types, import contracts, file names, sizes, schema, docs, JavaScript types
	@echo 'check: all good'

fmt: $(STAMPS)/python $(STAMPS)/node ## format Python, templates, CSS and JavaScript, and apply safe fixes
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .
	@$(WITH_NODE) node tools/format.mjs

bench: $(STAMPS)/assets $(STAMPS)/chromium ## measure speed and size, and compare with the aims
	@CUTWATER_CHROMIUM="$$(cat $(STAMPS)/chromium)" $(BIN)/python -m bench

migrate: $(STAMPS)/python ## bring the database to the newest schema
	@exec $(BIN)/cutwater migrate

lock: $(STAMPS)/python ## pin the dependencies again (UPGRADE=1: to the newest)
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

assets: $(STAMPS)/assets ## copy htmx, the font and the icons in use from node_modules

docs: $(STAMPS)/python ## write the generated part of the reference again
	@$(BIN)/python tools/docs.py

screenshots: $(STAMPS)/assets $(STAMPS)/chromium ## draw the pictures of the documents again
	@CUTWATER_CHROMIUM="$$(cat $(STAMPS)/chromium)" $(BIN)/pytest -n 0 -q tests/browser --screenshots

look-again:

setup: $(STAMPS)/assets ## set up without running anything

clean: ## remove what set-up and tests made (data folders stay)
	@rm -rf $(VENV) $(STAMPS) node_modules src/cutwater/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov

# ---------------------------------------------------------------- tests, one by one

test-python: $(STAMPS)/assets $(STAMPS)/chromium
	@rm -f .coverage .coverage.*
	@CUTWATER_CHROMIUM="$$(cat $(STAMPS)/chromium)" $(BIN)/pytest -n $(WORKERS) --cov --cov-report= $(PYTEST_ARGS)
	@$(BIN)/python tools/coverage_gate.py --at-least $(COVERAGE_GATE)

test-elements: $(STAMPS)/node
	@$(WITH_NODE) $(BIN)/python tools/elements.py

# ---------------------------------------------------------------- checks, one by one

check-format: $(STAMPS)/python $(STAMPS)/node
	@{ $(BIN)/ruff format --check --quiet . && $(WITH_NODE) node tools/format.mjs --check; } || { echo 'format: run `make fmt`'; exit 1; }

check-lint: $(STAMPS)/python
	@$(BIN)/ruff check --quiet .

check-types: $(STAMPS)/python
	@$(BIN)/mypy

check-imports: $(STAMPS)/python
	@$(BIN)/python tools/imports.py

check-tree: $(STAMPS)/python
	@$(BIN)/python tools/tree.py

check-sizes: $(STAMPS)/python
	@$(BIN)/python tools/sizes.py

check-rules: $(STAMPS)/python
	@$(BIN)/python tools/lint_rules.py

check-schema: $(STAMPS)/python
	@$(BIN)/python tools/schema.py

check-docs: $(STAMPS)/python
	@$(BIN)/python tools/docs.py --check

check-speed: $(STAMPS)/python ## compare what has a ratio with the last whole bench; not part of check
	@$(BIN)/python -m bench --quick

check-js: $(STAMPS)/node
	@$(WITH_NODE) node_modules/.bin/tsc --project src/cutwater/web/static/jsconfig.json

# ---------------------------------------------------------------- set-up; a stamp is newer than what it was made from

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then echo 'Cutwater needs Python 3.11 or newer (or name one: make PYTHON=/path/to/python3).'; exit 1; fi; \
	echo "set-up: virtual environment with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV) || { echo 'Python cannot make virtual environments here; on Debian: apt-get install python3-venv'; exit 1; }

$(STAMPS)/python: requirements.lock pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	@echo 'set-up: Python packages'
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(STAMPS)/uv.txt
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --require-hashes --requirement $(STAMPS)/uv.txt
	@$(BIN)/python -m uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/python -m uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

$(STAMPS)/node: package-lock.json package.json tools/node.py | $(STAMPS)/python
	@$(BIN)/python tools/node.py
	@echo 'set-up: front-end packages'
	@$(WITH_NODE) npm ci --silent --no-audit --no-fund
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node $(STAMPS)/python tools/assets.py tools/fonts.py $(SOURCES)
	@$(BIN)/python tools/assets.py
	@touch $@

$(STAMPS)/chromium: tools/chromium.py $(NO_CHROMIUM) | $(STAMPS)/python
	@$(BIN)/python tools/chromium.py > $@
