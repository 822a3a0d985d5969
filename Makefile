# Holdfast's verbs. Each builds what it needs in .venv with the system's python3.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo serve test check bench docs sbom audit lock clean

help:            ## list the verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

demo: $(VENV)/.run    ## play Rex's last hour on a simulated ward; prints the address and the one-time link
	$(BIN)/holdfast demo

serve: $(VENV)/.run   ## run a real ward: web on 127.0.0.1:8080, HL7 (MLLP) on 127.0.0.1:2575
	$(BIN)/holdfast serve

test: $(VENV)/.dev    ## all tests: unit, contract, stories, sockets, real browser (skipped where chromium is absent)
	$(BIN)/pytest -n 3 --dist loadfile

check: $(VENV)/.dev   ## what must hold before a commit: style, types, layers, unused dependencies, knowledge
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/holdfast knowledge check

bench: $(VENV)/.dev   ## measure: acknowledged messages through kill -9, parser fuzz, reasoning against exact
	$(BIN)/python benchmarks/kill9.py --json
	$(BIN)/python benchmarks/fuzz.py hl7 --json
	$(BIN)/python benchmarks/reasoning_exact.py --json

docs: $(VENV)/.dev    ## build the documentation into docs/_build
	$(BIN)/sphinx-build -q -n -W docs docs/_build

sbom: $(VENV)/.run    ## list every part with its version: docs/_build/sbom.json (CycloneDX)
	mkdir -p docs/_build
	$(BIN)/python tools/supply.py sbom docs/_build/sbom.json

audit: $(VENV)/.run   ## compare the locked parts with known vulnerabilities; needs pip-audit and the network, and says so
	$(BIN)/python tools/supply.py audit

lock:            ## resolve the locks anew (needs uv on the PATH)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --extra dev --extra docs --extra postgres pyproject.toml -o requirements-dev.lock

clean:           ## remove what the verbs built; never a record
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache docs/_build

$(VENV)/.run: requirements.lock pyproject.toml
	@echo "Installing Holdfast into $(VENV); the first time this takes a minute or two ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.run
	@echo "Installing what the tests need into $(VENV) ..."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
