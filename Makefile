PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF
# GCC 12 drops stores to the tile configuration of llama.cpp's AMX code: such an engine dies on its first prompt.
export CFLAGS += -U__AMX_INT8__
export CXXFLAGS += -U__AMX_INT8__

.PHONY: run test lint bench starter starter-check clean

run: $(VENV)/installed
	$(BIN)/weighin

test: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/installed-dev
	$(BIN)/ruff check desktop tests packaging
	$(BIN)/ruff format --check desktop tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench

starter: $(VENV)/installed-starter
	PYTHONPATH=packaging $(BIN)/python -m starter_models train
	PYTHONPATH=packaging $(BIN)/python -m starter_models export

starter-check: $(VENV)/installed-dev
	PYTHONPATH=packaging $(BIN)/python -m starter_models check

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python pyproject.toml packaging/constraints.txt
	$(PIP) install -c packaging/constraints.txt -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -c packaging/constraints.txt -e '.[dev]'
	touch $@

$(VENV)/installed-starter: $(VENV)/installed packaging/starter_models/requirements.txt
	$(PIP) install -r packaging/starter_models/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) build dist
