# Two commands on a fresh machine: `make plan` and `make test`. Python 3.11 and make are all that they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: plan test check lint types docs fuzz bench browser screenshot charts clean

plan: $(VENV)/.installed
	$(BIN)/planner plan examples/workloads.yaml

test: $(VENV)/.dev browser
	$(BIN)/pytest

check: $(VENV)/.dev lint types test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate

# The pages are tested in a real browser: Debian's, or what PLANNER_BROWSER names.
browser:
	@for name in "$$PLANNER_BROWSER" chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v "$$name" >/dev/null && exit 0; done; \
	{ command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq --yes chromium >/dev/null; } \
	|| { echo "make test needs Chromium: install it, or set PLANNER_BROWSER to the path of one" >&2; exit 1; }

# The explorer's picture in the README.
screenshot: $(VENV)/.dev browser
	$(BIN)/python -m tests.screenshot

# The library of the charts, bundled anew; only this needs Node. The result is the same to the byte.
VENDOR := planner/explorerpage/vendor
charts:
	@folder=$$(mktemp -d) && cp $(VENDOR)/package.json $(VENDOR)/bundle.js $$folder && cd $$folder && \
	npm install --silent --no-audit --no-fund --no-package-lock && npm run --silent build && \
	cp d3.min.js $(CURDIR)/$(VENDOR)/d3.min.js && rm -rf $$folder

fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.lint
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.forecast
	$(BIN)/python -m benchmarks.batchfiles

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev,bench,forecast]"
	touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
