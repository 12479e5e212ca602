PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF
# GCC 12 drops stores to the tile configuration of llama.cpp's AMX code: such an engine dies on its first prompt.
export CFLAGS += -U__AMX_INT8__
export CXXFLAGS += -U__AMX_INT8__

# What Qt paints on: for everything but the window itself nothing.
PLATFORM := offscreen

.PHONY: audit run test lint bench fuzz pictures starter starter-check fresh-machine clean

run: PLATFORM := xcb
run: $(VENV)/installed
	$(BIN)/weighin

test: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/installed-dev
	$(BIN)/ruff check desktop tests packaging
	$(BIN)/ruff format --check desktop tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports

# Known faults of the versions that ship; needs the network, and says what could not be looked up.
audit: $(VENV)/installed-dev
	$(PIP) install -c packaging/constraints.txt pip-audit
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r packaging/constraints.txt

bench: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench

# Random inputs for whatever reads what strangers send; SECONDS are those of all readers together.
SECONDS := 30

fuzz: $(VENV)/installed-dev
	$(BIN)/python -m tests.fuzz $(SECONDS)

# The pictures of README; MODELS="a.gguf b.gguf" for others than the starter pair.
pictures: $(VENV)/installed
	$(BIN)/python packaging/pictures.py $(MODELS)

starter: $(VENV)/installed-starter
	PYTHONPATH=packaging $(BIN)/python -m starter_models train
	PYTHONPATH=packaging $(BIN)/python -m starter_models export

starter-check: $(VENV)/installed-dev
	PYTHONPATH=packaging $(BIN)/python -m starter_models check

# Which Debian, and where its root is made: a folder that is not there yet, on a disk with 4 GB to spare.
SUITE := bookworm
ROOT := /var/tmp/weighin-$(SUITE)

fresh-machine:
	packaging/fresh_machine.sh $(SUITE) $(ROOT)

$(VENV)/installed: pyproject.toml packaging/constraints.txt
	@sh packaging/prerequisites.sh $(PYTHON) $(PLATFORM)
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) install -c packaging/constraints.txt -e .
	@# A confined process cannot keep what it compiles: without this each start of a model compiles anew.
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q desktop
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -c packaging/constraints.txt -e '.[dev]'
	touch $@

$(VENV)/installed-starter: $(VENV)/installed packaging/starter_models/requirements.txt
	$(PIP) install -r packaging/starter_models/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) build dist
