# How Varde is set up, tried and checked. Needs Python 3.11 or newer and make; no compiler, no root.

PYTHON ?= python3
ARGS ?=
WORKERS ?= auto
# A file's tests stay together, and the slow ones of tests/browser are begun first.
SPREAD := --dist loadfile --no-loadscope-reorder
SHARE ?= 1
VENV := .venv
BIN := $(VENV)/bin

# A stamp's name carries what it was made from, so that a changed lock or another Python installs anew and
# a second run starts at once, whatever a checkout does to the files' times.
digest = $(firstword $(shell cat $(1) | (sha256sum 2>/dev/null || shasum -a 256)))
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
MADE := $(VENV)/.made-with-$(VERSION)
RUN := $(VENV)/.run-$(VERSION)-$(call digest,requirements/run.txt requirements/build.txt pyproject.toml)
TEST := $(VENV)/.test-$(VERSION)-$(call digest,requirements/run.txt requirements/build.txt requirements/test.txt pyproject.toml)
POPULATION := $(VENV)/.population-$(VERSION)-$(call digest,requirements/population.txt requirements/build.txt pyproject.toml)
DURABLE := $(VENV)/.durable-$(VERSION)-$(call digest,requirements/durable.txt requirements/build.txt)
BENCH := $(VENV)/bench/.made-$(VERSION)-$(call digest,requirements/bench.txt requirements/build.txt pyproject.toml)
LOCK := $(VENV)/lock/.made-$(call digest,requirements/lock.txt)

install = $(1)/bin/python requirements/install.py
locked = --require-hashes --only-binary :all:
# dkimpy comes as source only, all of it Python: it is built by what build.txt holds.
with_run = $(call install,$(1)) $(locked) --requirement requirements/build.txt && \
	$(call install,$(1)) $(locked) --no-binary dkimpy --no-build-isolation --requirement requirements/$(2).txt
ourselves = --no-deps --no-build-isolation --editable .

.PHONY: demo test test-long lint population durable-rules bench lock vendor clean
.DEFAULT_GOAL := demo

demo: $(RUN)  ## the whole assistant with a made-up municipality
	@$(BIN)/varde demo $(ARGS)

test: $(TEST)  ## every test but the long ones; ARGS="tests/unit -k name" for some of them; WORKERS=0 in one process
	$(BIN)/python -m pytest -n $(WORKERS) $(SPREAD) $(ARGS)

test-long: $(TEST)  ## the tests that take minutes; SHARE=0.1 for a tenth of them, the same each time
	VARDE_LONG_SHARE=$(SHARE) $(BIN)/python -m pytest -m long --timeout 1800 -n $(WORKERS) $(SPREAD) $(ARGS)

lint: $(TEST)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

population: $(POPULATION)  ## what `varde population` and `varde sweep` run on, beside the rest

durable-rules: $(DURABLE)  ## recognises life events another way (docs/life-events.md); needs a C compiler and Python 3.12 or older

bench: $(BENCH)  ## the benchmark, against the engines it compares with; ARGS="--quick --engines varde_plain,cel_rust"
	$(VENV)/bench/bin/varde bench --out docs/benchmarks.md $(ARGS)

lock: $(LOCK)  ## exact versions and hashes of requirements/*.in; ARGS=--upgrade takes newer ones
	for name in run population durable build test bench lock; do \
		$(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links --quiet $(ARGS) \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

vendor:  ## build the pages' front-end parts anew (needs Node)
	vendor/build

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
		echo "$(PYTHON) is $(or $(VERSION),not found): Varde needs Python 3.11, 3.12 or 3.13." \
			"Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d.%d" % sys.version_info[:3] != "$(VERSION)")' 2>/dev/null || { \
		echo "Making $(VENV) with Python $(VERSION)"; \
		rm -rf $(VENV) && PYTHONHOME= PYTHONPATH= $(PYTHON) -m venv $(VENV); }
	@touch $@

$(RUN): | $(MADE)
	@echo "Installing what Varde runs on"
	@$(call with_run,$(VENV),run)
	@$(call install,$(VENV)) $(ourselves)
	@rm -f $(VENV)/.run-* && touch $@

# The test lock holds the run lock (a test keeps it so): what runs Varde is then in place as well.
$(TEST): | $(MADE)
	@echo "Installing what Varde and its tests run on"
	@$(call with_run,$(VENV),test)
	@$(call install,$(VENV)) $(ourselves)
	@rm -f $(VENV)/.run-* $(VENV)/.population-* $(VENV)/.test-* && touch $(RUN) $(POPULATION) $@

$(POPULATION): | $(MADE)
	@echo "Installing what judges a whole population"
	@$(call with_run,$(VENV),population)
	@$(call install,$(VENV)) $(ourselves)
	@rm -f $(VENV)/.run-* $(VENV)/.population-* && touch $(RUN) $@

# The package is built from its source, by what is installed first: there is no other form of it.
$(DURABLE): | $(RUN)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || { \
		echo "durable-rules does not run on Python $(VERSION). Name an older one:" \
			"make PYTHON=/path/to/python3.12 durable-rules" >&2; exit 1; }
	@echo "Building durable-rules"
	@$(call install,$(VENV)) $(locked) --requirement requirements/build.txt
	@$(call install,$(VENV)) --require-hashes --no-binary durable-rules --no-build-isolation \
		--requirement requirements/durable.txt
	@rm -f $(VENV)/.durable-* && touch $@

$(BENCH): | $(MADE)
	@echo "Installing what Varde is compared with"
	@$(PYTHON) -m venv --clear $(VENV)/bench
	@$(call with_run,$(VENV)/bench,bench)
	@$(call install,$(VENV)/bench) $(ourselves)
	@touch $@

$(LOCK): | $(MADE)
	@$(PYTHON) -m venv --clear $(VENV)/lock
	@$(call install,$(VENV)/lock) $(locked) --requirement requirements/lock.txt
	@touch $@
