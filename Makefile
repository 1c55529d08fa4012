# Everything a newcomer needs, and nothing else to install: Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
STAMP := $(VENV)/.installed
SEEDS ?= 2000
LONG_SEEDS ?= 150
ROUNDS ?= 100

.DEFAULT_GOAL := help
.PHONY: help demo test install lint types check pages picture format lock clean chromium torture bench

help: ## list the commands
	@echo "Holdfast: make <command>"
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 14

demo: install ## run the whole story on this machine; Ctrl-C stops it
	@exec $(BIN)/holdfast demo $(ARGS)

test: install chromium ## install what the tests need and run every check and test
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -q -n 4 --dist loadscope --no-loadscope-reorder $(ARGS)

install: $(STAMP) ## make .venv with the holdfast command, and build the pages

$(STAMP): requirements/dev.txt pyproject.toml build_pages.py $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		(echo "Holdfast needs Python 3.11 or newer. Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1)
	@echo "Preparing $(VENV) with $$($(PYTHON) --version) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" 2>/dev/null
	@echo "Installing pinned dependencies …"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@echo "Installing holdfast and building its pages (about half a minute the first time) …"
	@$(BIN)/python build_pages.py
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	@echo "Ready: $(BIN)/holdfast --help"

chromium:
	@bash tests/browser/install_chromium.sh

check: install lint types ## lint, import contracts and types

lint: install
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --no-cache > .lint-imports.log 2>&1 || (cat .lint-imports.log; rm -f .lint-imports.log; exit 1)
	@rm -f .lint-imports.log

types: install
	@$(BIN)/mypy --no-error-summary

bench: install ## measure, each figure beside its floor
	@$(BIN)/python -m bench.run $(ARGS)

torture: install ## thousands of seeds on virtual time, a hunt for planted bugs, then kills, power cuts, full disks, dead databases
	@$(BIN)/python -m tests.simulation.torture --seeds $(SEEDS)
	@$(BIN)/python -m tests.simulation.torture --seeds $(LONG_SEEDS) --stretch 3
	@$(BIN)/python -m tests.simulation.bugs.hunt
	@HOLDFAST_KILL_ROUNDS=$(ROUNDS) HOLDFAST_POWER_CUTS=20 HOLDFAST_FULL_DISKS=5 HOLDFAST_DATABASE_DEATHS=10 \
		$(BIN)/python -m pytest -q -o log_cli=true -o log_cli_level=INFO -o log_cli_format="%(message)s" \
		tests/scenarios/test_kill.py tests/scenarios/test_kill_in_outage.py tests/torture $(ARGS)

pages: install ## build the pages again
	@$(BIN)/python build_pages.py

picture: install chromium ## make docs/console.png again, the picture in the README
	@$(BIN)/python -m tests.browser.picture

format: install ## format the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

lock: ## pin the dependencies anew, with hashes and without registry addresses
	@test -x $(BIN)/uv || ($(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet "uv==$(UV_VERSION)")
	@$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements/dev.txt
	@$(BIN)/uv pip compile --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
		--python-version 3.11 pyproject.toml --output-file requirements/run.txt

clean: ## remove everything that was built
	@rm -rf $(VENV) frontend/node_modules src/holdfast/web/built src/holdfast_simulators/built .mypy_cache .ruff_cache .pytest_cache
