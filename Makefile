# Two commands do all the set-up on a fresh machine: `make demo` and `make test`. Each needs Python 3.11+ and nothing else;
# with a C++ compiler they build the native engine, too.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$candidate && break; done)
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS)
# The build's tools stay in the environment, so that only what changed is compiled again (build/editable-*).
EDITABLE = $(PIP) --no-build-isolation --editable
CORE = CMakeLists.txt $(wildcard src/clearprop/engines/native/core/*.[ch]pp)
SANITIZERS = address,undefined thread

.PHONY: demo test lint core sanitize explorer bench accuracy recording pictures notes clean

demo: $(VENV)/base  ## Train on the table that ships with Clearprop and say how good the model is.
	$(BIN)/clearprop demo

test: $(VENV)/dev  ## Run all tests, the README's code blocks among them.
	$(BIN)/python -m pytest --numprocesses auto $(PYTEST_ARGUMENTS)

lint: $(VENV)/dev  ## Format, lint, types and the order of imports.
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

core: $(VENV)/base  ## Build the native engine into the environment, or say why it cannot be built.
	$(EDITABLE) . --no-deps --verbose
	cd / && $(abspath $(BIN))/python -c 'import clearprop.engines.native._core as core; print(core.__file__)'

explorer:  ## Check, build and test the explorer (TypeScript; Node 20.19 or newer): src/clearprop/report/explorer.js.
	cd explorer && npm ci && npm run check && npm run lint && npm run build && npm test

sanitize: $(SANITIZERS:%=sanitize-%)  ## Run the C++ core, without Python, under each sanitizer of the compiler.

sanitize-%: $(VENV)/tools
	PATH="$(abspath $(BIN)):$$PATH" cmake -G Ninja -S . -B build/$@ -DCLEARPROP_SANITIZE=$* \
		-DCLEARPROP_SANITIZE_TARGETS=$(SANITIZE_TARGETS)
	PATH="$(abspath $(BIN)):$$PATH" cmake --build build/$@ --target exercise
	build/$@/exercise $(SANITIZE_TARGETS)

bench: $(VENV)/bench  ## Measure Clearprop beside its peers and write the tables of docs/speed.md and the README anew.
	$(BIN)/python -m benchmarks.speed --write $(BENCH_ARGUMENTS)

accuracy: $(VENV)/accuracy  ## Measure models of the tables in DATA=FOLDER beside peers'; write docs/accuracy.md anew.
	@test -n "$(DATA)" || { echo "Name a folder of Parquet files: make accuracy DATA=FOLDER" >&2; exit 2; }
	$(BIN)/python -m benchmarks.accuracy --data $(DATA) --write $(ACCURACY_ARGUMENTS)

recording: $(VENV)/dev  ## Write docs/demo.svg anew from what `clearprop demo` prints.
	$(BIN)/python docs/record_demo.py

pictures: $(VENV)/dev  ## Write docs/pictures anew: reports and the explorer as a browser shows them.
	$(BIN)/python docs/take_screenshots.py

notes: $(VENV)/dev  ## Write docs/notes-judged.*.md anew from what is computed of every formula of the two notes.
	$(BIN)/python docs/write_notes_judged.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/python:
	@test -n "$(PYTHON)" || { echo "Clearprop needs Python 3.11 or newer with its venv module; none was found. \
	Install one, or name it: make demo PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/tools: $(VENV)/python pyproject.toml $(CONSTRAINTS)
	$(PIP) scikit-build-core nanobind cmake ninja
	touch $@

$(VENV)/base: $(VENV)/tools $(CORE)
	$(EDITABLE) .
	touch $@

$(VENV)/dev: $(VENV)/base
	$(EDITABLE) '.[dev]'
	touch $@

$(VENV)/bench: $(VENV)/base
	$(EDITABLE) '.[bench]'
	touch $@

$(VENV)/accuracy: $(VENV)/base
	$(EDITABLE) '.[accuracy]'
	touch $@
