# Everything a person or a machine does with this checkout. `make` alone lists it.
# A step leaves a stamp when it is done and runs again when what it was made from changes.

PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
SYSTEM := build/stamps/system
SYSTEM_DEV := build/stamps/system-dev
RUNTIME := $(ENV)/stamp-runtime
DEV := $(ENV)/stamp-dev
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --require-hashes
SELF := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index --editable .
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test setup setup-dev lint types imports pytest format bench bench-extraction soak figures errors lock \
	wheel screenshots clean

help:  ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*##/\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '  make %-18s%s\n' "$$name" "$$what"; done

demo: $(RUNTIME)  ## set up, then turn a sample dictation into chart entries (WINDOW=1 opens the window too)
	@$(BIN)/chartwright demo $(if $(WINDOW),--window)

test: lint types imports pytest  ## set up, then run the linters and the whole suite

setup: $(RUNTIME)  ## install what the program needs, into .venv
	@echo "Ready: $(BIN)/chartwright --help"

setup-dev: $(DEV)  ## install what working on the program needs as well

lint: $(DEV)
	@echo "ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: $(DEV)
	@echo "mypy"
	@$(BIN)/mypy --no-error-summary

imports: $(DEV)
	@echo "import-linter"
	@$(BIN)/lint-imports > build/import-linter.txt || { cat build/import-linter.txt; exit 1; }

pytest: $(DEV)
	@echo "pytest"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not bench and not soak"

format: $(DEV)  ## put the code into its house format
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(DEV)  ## measure speed as ratios to peers in the same run, into build/figures
	$(BIN)/python -m pytest -m bench --timeout 3600 tests/bench
	for bench in tests/bench/*_bench.py; do case $$bench in */test_*) ;; *) $(BIN)/python $$bench || exit 1;; esac; done

bench-extraction: $(DEV)  ## measure extraction beside its peers, each in an environment of its own under build/peers
	$(BIN)/python packaging/peers/compare.py

soak: $(DEV)  ## run the long fault and load tests
	$(BIN)/python -m pytest -m soak --timeout 14400 tests/soak

figures: $(DEV)  ## collect build/figures/*.json into docs/figures.md
	$(BIN)/python packaging/figures.py

errors: $(DEV)  ## write docs/errors.md from the error classes
	$(BIN)/python packaging/errors.py

screenshots: $(DEV)  ## photograph the window into docs/screenshots
	$(BIN)/python packaging/screenshots.py

wheel: $(DEV)  ## build dist/chartwright-*.whl with all resources, and the source archive
	$(BIN)/python -m hatchling build --clean

lock: build/uv/bin/uv  ## choose the newest versions that pyproject.toml allows and write packaging/locks
	packaging/lock.sh build/uv/bin/uv

clean:  ## remove the environment and everything that was built
	rm -rf $(ENV) build dist

$(SYSTEM): packaging/system_packages.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@packaging/system_packages.sh
	@mkdir -p $(@D) && touch $@

$(SYSTEM_DEV): packaging/system_packages.sh Makefile | $(SYSTEM)
	@packaging/system_packages.sh strace xvfb dbus-x11 xdg-desktop-portal
	@touch $@

$(BIN)/python: | $(SYSTEM)
	@echo "Python environment: $(ENV)"
	@$(PYTHON) -m venv $(ENV)

$(RUNTIME): packaging/locks/runtime.txt pyproject.toml | $(BIN)/python
	@echo "Python packages, checked against their hashes (about 1 GB on disk)"
	@$(INSTALL) --requirement packaging/locks/runtime.txt
	@$(SELF)
	@touch $@

$(DEV): packaging/locks/dev.txt pyproject.toml | $(SYSTEM_DEV) $(BIN)/python
	@echo "Python packages, checked against their hashes (about 1 GB on disk)"
	@$(INSTALL) --requirement packaging/locks/dev.txt
	@$(SELF)
	@mkdir -p build
	@touch $(RUNTIME) $@

build/uv/bin/uv:
	@$(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv
