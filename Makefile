# Every target sets itself up: Python 3.11+, git and make are enough. ENGINE=cpu|gpu overrules what the machine suggests.
ENGINE ?= auto
INSTALLED := .venv/installed-$(ENGINE)
BIN := .venv/bin

# Where this is set, every start of viva would compile a thousand modules of its libraries anew, and take twice the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test check bench-mimicry train-demo schemas clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo           run the demo evaluation: real (tiny) models, a report, a verdict'
	@echo 'make test           all tests but the slow ones; ARGS="-k gate" is handed to pytest'
	@echo 'make check          ruff, mypy, and who may import whom'
	@echo 'make install        set up .venv; all other targets do it themselves'
	@echo 'make bench-mimicry  planted mimics and honest students: how well the profile tells them apart (half an hour)'
	@echo 'make train-demo     train the demo models again (about two hours on two cores)'
	@echo 'make schemas        the JSON Schemas in docs/schemas again, from the records'
	@echo 'make clean          remove .venv, caches and builds; runs/ and .viva/ stay'

install: $(INSTALLED)

$(INSTALLED): pyproject.toml cpu-overrides.txt scripts/install.sh
	@scripts/install.sh $(ENGINE)
	@rm -f .venv/installed-* && touch $@

demo: install
	@scripts/demo.sh

test: install
	@scripts/system-packages.sh
	$(BIN)/python -m pytest -m 'not slow' $(ARGS)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

bench-mimicry: install
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.mimicry.bench --out benchmarks/mimicry/results.md

train-demo: install
	$(BIN)/python -m suites.demo.train suites/demo/models

schemas: install
	$(BIN)/python -m scripts.schemas

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	find harness suites graders reports tests -name __pycache__ -type d -prune -exec rm -rf {} +
