# `make run`, `make test`, `make bench` and `make accuracy` do all the set-up they need, in .venv and .kawat.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt

.PHONY: run test check bench accuracy clean help

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## set up, start servers and workers, feed the sample wire, stay live; ARGS=--once: stop when it is searchable
	@$(BIN)/kawat run $(ARGS)

test: check  ## set up, then the linters, the types and every test, on a real Kafka and Elasticsearch
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.run  ## set up, then measure speed and memory beside Stanza's stock tagger; ARGS="--articles FILE --json FILE"
	@$(BIN)/python -m benchmarks.enrichment $(ARGS)
	@$(BIN)/python -m benchmarks.latency
	@$(BIN)/python -m benchmarks.search

accuracy: $(VENV)/.run  ## set up, then score quotes, speakers and entities on annotated articles; DATA="NAME=FOLDER[@LIST] …"
	@$(BIN)/python -m benchmarks.accuracy $(DATA)

clean:  ## remove what set-up and runs left here
	rm -rf $(VENV) .kawat build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.run: pyproject.toml constraints.txt deploy/local/prerequisites.sh
	@python=$$(deploy/local/prerequisites.sh) && "$$python" -m venv $(VENV)
	@echo "installing Kawat into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@deploy/local/prerequisites.sh browser
	@$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@
