PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The engine for every processor, where `make package` made it before: nothing is compiled then. ENGINE=native compiles
# one for this processor all the same, and so do CMAKE_ARGS of one's own.
ENGINE_WHEEL := $(wildcard dist/llama_cpp_python-*manylinux*_x86_64.whl)
ifeq ($(ENGINE)$(CMAKE_ARGS),)
ifneq ($(ENGINE_WHEEL),)
comma := ,
export PIP_ONLY_BINARY := $(PIP_ONLY_BINARY:%=%$(comma))llama-cpp-python
export PIP_FIND_LINKS := $(PIP_FIND_LINKS) dist
ENGINE_WORDS := Taking the engine from $(ENGINE_WHEEL); `make run ENGINE=native` compiles one for this processor.
endif
endif
ENGINE_WORDS ?= No engine of `make package` in dist/: pip compiles llama.cpp for this processor, unless it did so before.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF
# GCC 12 drops stores to the tile configuration of llama.cpp's AMX code: such an engine dies on its first prompt.
export CFLAGS += -U__AMX_INT8__
export CXXFLAGS += -U__AMX_INT8__

# What Qt paints on: for everything but the window itself nothing.
PLATFORM := offscreen

.PHONY: audit run test lint bench fuzz pictures starter starter-check fresh-machine package check-package clean

run: PLATFORM := xcb
run: $(VENV)/installed
	$(BIN)/weighin

# Three on two cores: many tests wait for processes.
test: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 3 --dist worksteal

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

# Packages for people without a compiler, in dist/.
package:
	packaging/package/make.sh $(PYTHON)

# Tries them on bare Debian roots; WORK: a folder with 2 GB to spare.
WORK := /var/tmp/weighin-packages
check-package:
	packaging/package/linux/check.sh dist $(WORK)

$(VENV)/installed: pyproject.toml packaging/constraints.txt
	@sh packaging/prerequisites.sh $(PYTHON) $(PLATFORM)
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@echo '$(ENGINE_WORDS)'
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
