# `make` alone says what there is. The first target that needs it sets up .venv in this clone; nothing outside it changes, but
# that `make servers`, and what needs it, fills a cache of its own: ~/.cache/verspan, or where XDG_CACHE_HOME says.

PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

# The workspace's own packages in every environment. Every other instrumentor is tried in environments of its own, one for each
# lock in its folder, since their clients do not agree on what they need.
PROJECTS := pyproject.toml $(wildcard src/wheels/*/pyproject.toml exporters/*/pyproject.toml) instrumentors/openai/pyproject.toml
EDITABLE = $(foreach project,$(sort $(1)),-e $(patsubst %/,%,$(dir $(project))))
MEMBER_LOCKS := $(wildcard instrumentors/*/requirements/*.in)
MEMBER_ENVIRONMENTS := $(MEMBER_LOCKS:instrumentors/%.in=.venvs/%)

# uv reads neither pip's settings nor, unless told so, the machine's certificates; who needs a mirror has set it up for pip, whose
# list begins with what the environment says.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/cert.pem /etc/ssl/certs/*),true,false)
PIP_MIRROR = $$($(BIN)/python -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.index.url='\(.*\)'$$/\1/p" | head -n 1)
WITH_MIRROR = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$(PIP_MIRROR)}"
UV = $(WITH_MIRROR) $(BIN)/uv
INSTALL = $(UV) pip install --quiet --require-hashes
# Members are built by the locked hatchling and bring no dependency that is not locked.
INSTALL_MEMBERS = $(UV) pip install --quiet --no-deps --no-build-isolation
# No annotation: no path of this machine belongs in a lock. An address is in none unless uv is asked for it.
LOCK = $(UV) pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
	--no-annotate --custom-compile-command "make lock" $(foreach ours,verspan verspan-instrumentation verspan-local verspan-workbench,--no-emit-package $(ours))
LOCKED := $(PROJECTS) --extra prices requirements/build.in

.PHONY: FORCE help demo story jaeger-demo jaeger collector servers test wheels bench lint types format lock lock-members clean test-members test-executors test-evaluators

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; \
	do printf '%-17s %s\n' "$$name" "$$text"; done

demo: .venv/.run ## two versions of a small agent, traced and compared: no key, no server, no network
	@$(BIN)/verspan demo

story: .venv/.dev ## a regression found: evaluate, compare, gate, bisect, over local HTTP: no key, no network
	@$(BIN)/python examples/story/story.py

jaeger-demo: servers ## the same through a real Collector into a real Jaeger, and what it answers; KEEP=1 keeps both
	@$(BIN)/python -m tests.e2e.demo

jaeger: servers ## a real Jaeger on this machine, until Ctrl-C
	@$(BIN)/python -m tests.e2e.serve jaeger

collector: servers ## a real OpenTelemetry Collector before that Jaeger, until Ctrl-C
	@$(BIN)/python -m tests.e2e.serve collector

servers: .venv/.run ## build both by Go where it is there: once, ten minutes, into a cache outside the clone
	@$(BIN)/python -m tests.e2e.programs

test: lint types test-members test-executors test-evaluators servers ## lint, types and all tests, those of every client in its versions included: what CI runs
	@$(WITH_MIRROR) $(BIN)/python -m pytest -n auto

wheels: .venv/.run ## every distribution, built into dist: what `pip install --find-links dist` takes
	@$(UV) build --quiet --all-packages --no-build-isolation --python $(BIN)/python --out-dir dist

bench: .venv-bench/.installed .venv-bench-openai-v2/.installed ## what Verspan adds to a call, beside its peers: a table
	.venv-bench/bin/python bench/run.py

lint: .venv/.dev ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.dev ## mypy, strict
	$(BIN)/mypy

format: .venv/.dev ## put every file into ruff's format and mend what it can mend
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: $(BIN)/uv ## resolve requirements/*.in, and those of the instrumentors, anew into *.txt
	@$(LOCK) requirements/uv.in -o requirements/uv.txt
	@$(LOCK) $(LOCKED) requirements/run.in -o requirements/run.txt
	@$(LOCK) $(LOCKED) requirements/run.in requirements/test.in requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) $(LOCKED) requirements/run.in requirements/bench.in -o requirements/bench.txt
	@$(LOCK) $(LOCKED) requirements/run.in requirements/test.in requirements/executors.in -o requirements/executors.txt
	@for lock in evaluators evaluators-ragas; do \
	  $(LOCK) $(LOCKED) requirements/test.in requirements/$$lock.in -o requirements/$$lock.txt || exit 1; done
	@for lock in bench-openai-v2 dialects dialects-older dialects-openai-v2; do \
	  $(LOCK) $(LOCKED) requirements/$$lock.in -o requirements/$$lock.txt || exit 1; done
	@for lock in $(MEMBER_LOCKS:.in=); do $(LOCK) $(LOCKED) requirements/test.in $$lock.in -o $$lock.txt || exit 1; done

lock-members: $(MEMBER_LOCKS:.in=.txt) ## resolve what has no lock yet, or an older one, of instrumentors/*/requirements

# What is locked already stays, unless what is asked for has changed.
instrumentors/%.txt: instrumentors/%.in | $(BIN)/uv
	@$(subst --upgrade ,,$(LOCK)) $(LOCKED) requirements/test.in $< -o $@

clean: ## remove environments, caches and builds; .verspan stays
	rm -rf .venv .venv-* .venvs .mypy_cache .ruff_cache .pytest_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# As many at a time as there are processors, each in one worker: their clients take longer to import than most tests to run, and
# some leave connections open at the end, which is not for us to judge.
test-members: $(MEMBER_ENVIRONMENTS:%=%/.installed)
	@$(MAKE) --no-print-directory --output-sync=target --jobs=$$(getconf _NPROCESSORS_ONLN) $(MEMBER_ENVIRONMENTS:%=tested/%)

# Evaluations on a Dask cluster and on Ray, on this machine, with workers that are killed.
test-executors: .venv-executors/.installed
	@.venv-executors/bin/python -m pytest -q -n 0 tests/executors

# Other evaluators report on their use unless they are told not to, and one brings plugins of pytest that change every run.
test-evaluators: export DEEPEVAL_TELEMETRY_OPT_OUT := YES
test-evaluators: export RAGAS_DO_NOT_TRACK := true
test-evaluators: .venv-evaluators/.installed .venv-evaluators-ragas/.installed
	@.venv-evaluators/bin/python -m pytest -q -n 0 -p no:deepeval -p no:repeat -p no:rerunfailures tests/evaluators
	@.venv-evaluators-ragas/bin/python -m pytest -q -n 0 tests/evaluators

tested/.venvs/%: FORCE
	@echo "Tests of verspan-$(firstword $(subst /, ,$*)) with the client of instrumentors/$*.txt"
	@.venvs/$*/bin/python -m pytest -q -n 1 instrumentors/$(firstword $(subst /, ,$*))

FORCE:

# The installer: by pip where the interpreter can make an environment with pip in it, else by the pip or uv that is there.
$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else \
	  "Verspan needs Python 3.10 or newer and $(PYTHON) is " + sys.version.split()[0] + "; make PYTHON=/path/to/python names another")'
	@echo "Setting up .venv with $$($(PYTHON) --version)"
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --require-hashes -r $<; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	  $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet --require-hashes -r $<; \
	elif uv --version >/dev/null 2>&1; then \
	  $(PYTHON) -m venv --without-pip .venv && uv pip install --quiet --python $(BIN)/python --require-hashes -r $<; \
	else \
	  echo "$(PYTHON) has neither ensurepip nor pip: install one (Debian and Ubuntu: apt install python3-venv), then make again" >&2; \
	  exit 1; \
	fi
	@touch $@

.venv/.run: requirements/run.txt $(PROJECTS) | $(BIN)/uv
	@$(INSTALL) --python $(BIN)/python -r $<
	@$(INSTALL_MEMBERS) --python $(BIN)/python $(call EDITABLE,$(PROJECTS))
	@touch $@

.venv/.dev: requirements/dev.txt $(PROJECTS) | $(BIN)/uv
	@$(INSTALL) --python $(BIN)/python -r $<
	@$(INSTALL_MEMBERS) --python $(BIN)/python $(call EDITABLE,$(PROJECTS))
	@touch $@ .venv/.run

# An environment beside .venv, named after its lock; what is measured beside its peers is in theirs.
.venv-bench/.installed: instrumentors/anthropic/pyproject.toml
.venv-%/.installed: requirements/%.txt $(PROJECTS) | $(BIN)/uv
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-$*
	@$(INSTALL) --python .venv-$*/bin/python -r $<
	@$(INSTALL_MEMBERS) --python .venv-$*/bin/python $(call EDITABLE,$(filter %pyproject.toml,$^))
	@touch $@

# An environment of one instrumentor: of the workspace it has what .venv has, and that instrumentor.
.SECONDEXPANSION:
.venvs/%/.installed: instrumentors/%.txt $(PROJECTS) instrumentors/$$(firstword $$(subst /, ,$$*))/pyproject.toml | $(BIN)/uv
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python $(@D)
	@$(INSTALL) --python $(@D)/bin/python -r $<
	@$(INSTALL_MEMBERS) --python $(@D)/bin/python $(call EDITABLE,$(filter %pyproject.toml,$^))
	@touch $@
