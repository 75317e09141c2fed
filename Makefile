# make run    starts the service with its own stores, on http://127.0.0.1:8000 (PORT=... for another)
# make test   runs every test
# make bench  measures every path against its floor; SAVE=1 writes spec/BENCHMARK.md, ONLY=list,start for parts
# make soak   breaks things under load for ten minutes (SOAK_SECONDS=...); SAVE=1 writes spec/RELIABILITY.md
# make machines  does so with hosts, the network between them and balancers (root, Linux); ONLY=..., SAVE=1
# make simulate  the protocol in virtual time with bad luck by the seed; SEEDS=100000, SEED=58 to play one again
# make web-speed  measures what a person waits for, in a real browser; ONLY=phone for that of a phone alone
# Needed: Python 3.11 or newer with venv, and the package index that pip is set up for.

SHELL := /bin/sh
.DEFAULT_GOAL := run

# What Python compiles is kept: each of three workers needs it, and each run.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 ...` names another.
CANDIDATES = python3 python3.13 python3.12 python3.11 python $(wildcard $(HOME)/.pyenv/versions/3.*/bin/python)
NEW_ENOUGH := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach python,$(CANDIDATES),$(shell $(python) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $(python))))

# Hash-checked wheels, and nothing fetched that the lock does not name: the project itself is built
# with the setuptools of the lock.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL_LOCKED := $(PIP) install --require-hashes --no-deps --only-binary :all: --requirement
INSTALL_PROJECT := $(PIP) install --no-deps --no-build-isolation --editable .

.PHONY: run test bench web-speed soak machines simulate lint audit format lock test-all-pythons clean

run: $(VENV)/.runtime
	@exec $(BIN)/ticketing serve

test: $(VENV)/.dev
	@$(BIN)/python -m test.web.ensure_chromium >/dev/null & # the tests that need it wait for it
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(SAVE),--save)

web-speed: $(VENV)/.dev
	$(BIN)/python -m test.web.measure_speed $(ONLY)

soak: $(VENV)/.runtime
	$(BIN)/python -m soak --seconds $(or $(SOAK_SECONDS),600) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)") $(if $(SAVE),--save)

machines: $(VENV)/.runtime
	$(BIN)/python -m machines $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)") $(if $(SAVE),--save)

simulate: $(VENV)/.dev
	$(BIN)/python -m simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),300))

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src
	@$(MAKE) --no-print-directory audit

# Known vulnerabilities of what the lock names. The advisories are asked for over the network; where
# that is not to be had, this says so and lets the rest go on.
audit: $(VENV)/.dev
	$(BIN)/python -m test.support.audit requirements-embedded.lock

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.python:
	@python="$(PYTHON)"; \
	if ! "$${python:-false}" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		echo "Python 3.11 or newer, with venv, is needed$${python:+, and $$python is not that}." \
			"Install one, or name it: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements-embedded.lock pyproject.toml
	@echo "Installing the locked dependencies"
	@$(INSTALL_LOCKED) requirements-embedded.lock
	@$(INSTALL_PROJECT)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the locked development dependencies"
	@$(INSTALL_LOCKED) requirements-dev.lock
	@touch $@

# Locks for every Python from 3.11 on and every platform, all of one resolution: the development lock
# names everything, the others a part of it in the same versions.
#   requirements.lock           the service for named stores, as in the image
#   requirements-embedded.lock  and the stores that it brings along, as `make run` installs it
#   requirements-otel.lock      the service for named stores, and what sends its traces
#   requirements-dev.lock       all of it, and what tests and lints it
# `make lock` raises every version; UPGRADE= keeps those that still fit.
UV := $(BIN)/uv
UPGRADE := --upgrade
COMPILE := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet \
	--group build --extra kafka

lock: $(VENV)/.python
	@test -x $(UV) || $(PIP) install uv
	$(COMPILE) $(UPGRADE) --extra embedded --extra otel --group dev --output-file requirements-dev.lock
	$(COMPILE) --upgrade --constraint requirements-dev.lock --extra embedded --output-file requirements-embedded.lock
	$(COMPILE) --upgrade --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --upgrade --constraint requirements-dev.lock --extra otel --output-file requirements-otel.lock

# Every supported Python on the PATH or under pyenv, each with a virtual environment of its own.
test-all-pythons:
	@for version in 3.11 3.12 3.13; do \
		python=; \
		for candidate in python$$version "$$HOME"/.pyenv/versions/$$version.*/bin/python; do \
			if "$$candidate" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
		done; \
		if [ -z "$$python" ]; then echo "Python $$version is not here." >&2; exit 1; fi; \
		echo "Python $$version"; \
		$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON="$$python" || exit 1; \
	done

clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
