# One command each, from a bare clone, with only the package registries.
# A Python 3.12 or newer is found by name; override with `make PYTHON=/path/to/python3 …`.
PYTHON ?= $(shell for p in python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint bench bench-disguises bench-peers bench-history bench-lists bench-vignettes model lock wheel clean

setup: $(BIN)/.locked

# The locked, hash-checked third-party set first; then this project alone, editable, without dependencies.
$(BIN)/.locked: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "avec-proxy needs Python 3.12 or newer (none found)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	$(BIN)/avec-proxy demo

test: setup
	$(BIN)/python -m pytest -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.tunnel

# Beside other tools, on texts marked as docs/marks.md says: make bench-peers CORPUS="a.txt b.txt"
bench-peers: setup
	$(BIN)/python -m benchmarks.peers --corpus $(CORPUS)

bench-vignettes: setup
	$(BIN)/python -m benchmarks.vignettes

# What disguises cost, on marked texts: make bench-disguises CORPUS="a.txt b.txt"
bench-disguises: setup
	$(BIN)/python -m benchmarks.disguises --corpus $(CORPUS)

bench-lists: setup
	$(BIN)/python -m benchmarks.lists

bench-history: setup
	$(BIN)/python -m benchmarks.history

# Trains the name model anew (hours on a CPU; training/README.md): its own environment, its own lock, Python 3.11.
# make model PROSE=folder puts invented names into open clinical texts too.
TRAIN := training/.venv/bin/python
TRAIN_PYTHON ?= python3.11
RECIPES ?= six four four-taught six-narrow six-more six-mean
TEXTS := $(if $(PROSE),--prose $(PROSE) --prose-share 0.25)
model:
	test -x $(TRAIN) || $(TRAIN_PYTHON) -m venv training/.venv
	$(TRAIN) -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(TRAIN) -m pip install --quiet --disable-pip-version-check --require-hashes -r training/requirements.lock
	mkdir -p training/work
	test -f training/work/train.txt || $(TRAIN) -m training.texts.build --templates training/templates \
		$(TEXTS) --seed 31 --count 26000 --out training/work/train.txt
	test -f training/work/train2.txt || $(TRAIN) -m training.texts.build --templates training/templates \
		$(TEXTS) --seed 41 --count 26000 --out training/work/train2.txt
	test -f training/work/dev.txt || $(TRAIN) -m training.texts.build --templates training/templates \
		$(TEXTS) $(if $(PROSE),--prose-part held) --seed 900001 --count 600 --out training/work/dev.txt
	$(TRAIN) -m training.model.recipes $(RECIPES)

# Needs uv on the PATH; the lock names no host and no path.
UV_COMPILE = uv pip compile --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --quiet
lock:
	$(UV_COMPILE) pyproject.toml --extra demo -o requirements.lock
	$(UV_COMPILE) pyproject.toml --extra demo --group dev -o requirements-dev.lock
	$(UV_COMPILE) requirements-build.in -o requirements-build.lock
	for peer in presidio unpii anonyfy; do \
		$(UV_COMPILE) benchmarks/adapters/$$peer.in -o benchmarks/adapters/$$peer.lock || exit 1; done

wheel: setup
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) dist build benchmarks/.venv-peers
