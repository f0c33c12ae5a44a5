# One command each, from a bare clone, with only the package registries.
# A Python 3.12 or newer is found by name; override with `make PYTHON=/path/to/python3 …`.
PYTHON ?= $(shell for p in python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint bench bench-peers bench-history lock wheel clean

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
	$(BIN)/python -m pytest

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

bench-history: setup
	$(BIN)/python -m benchmarks.history

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
