# Two commands for a start: `make demo` and `make test`. Both make .venv and install what the lock names.
# PIP_EXTRA_INDEX_URL is honoured: on Linux without a GPU, PyTorch's own CPU index saves 2 GB.

PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: install demo serve stop test check lock clean

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

demo: install  ## the whole main job on the bundled sample, offline
	$(BIN)/headwater demo

serve: install  ## a Prefect server, a worker and every deployment on this machine, in the background; PORT=4200
	$(BIN)/python -m flows.serve start $(if $(PORT),--port $(PORT))

stop: install  ## ends what `make serve` started, and only that
	$(BIN)/python -m flows.serve stop

check: install  ## style, architecture and the tests that need no server, browser or model: minutes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 2 -m "not model and not prefect and not shared and not browser"

test: check  ## the whole test command: the above, types, security, and what needs the model, a server, recorded pages
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --severity-level medium flows scrapers ranking
	$(BIN)/pytest -n 2 --dist loadgroup -m "model or prefect or shared or browser"

lock: install  ## write requirements.lock from what is installed
	$(BIN)/python -m pip freeze --exclude-editable --all | grep -viE '^(pip|setuptools|wheel)==' | sed 's/+cpu$$//' > requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
