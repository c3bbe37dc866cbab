# Everything a fresh machine needs beyond Python 3.11, git and make, this file installs into .venv by
# itself: the pinned and hashed packages of requirements.lock once, and again only when it changes.

VENV := .venv
PY := $(VENV)/bin/python
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready

# pytest workers: as many as there are cores.
WORKERS ?= auto
# Harnesses that can run for hours read how much is wanted: small, or large as `make prove` says.
DAYSHEET_PROVE_SIZE ?= small
export DAYSHEET_PROVE_SIZE

# What `make prove` runs: every harness that has a large size.
PROVE = $(shell grep -rl "tests.sizes" tests --include="test_*.py")

.DEFAULT_GOAL := help
.PHONY: help demo portal test prove format bench snapshots pictures lock clean

help:
	@echo "make demo     a sample practice, last month billed with PDFs, and the app on it"
	@echo "              (without a terminal: the result; DEMO_HOME=DIR keeps it in a folder of yours)"
	@echo "make portal   the client portal with a sample practice, at http://localhost:8770, until Ctrl-C"
	@echo "make test     the whole check: format, lint, types, import contracts, every test"
	@echo "              (WORKERS=2 for two test processes)"
	@echo "make prove    the long harnesses at their large size: 5,000 histories of money and more"
	@echo "make format   lay the code out and mend what the linter can mend"
	@echo "make bench    measure; a JSON line for each benchmark, kept in bench-results/"
	@echo "make snapshots what each screen looks like, as text for tests; read the diff before keeping it"
	@echo "make pictures the pictures of README and docs, from the sample practice (needs Chromium, pdftoppm)"
	@echo "make lock     resolve requirements.lock from pyproject.toml (needs the network)"
	@echo "make clean    take away what the others made: .venv, caches, build"
	@echo "They set up $(VENV) by themselves; PYTHON=path/to/python3.12 chooses which Python."

# Only a folder that this file named itself is ever emptied.
demo: $(READY)
ifdef DEMO_HOME
	@DAYSHEET_HOME="$(DEMO_HOME)" $(VENV)/bin/daysheet demo
else
	@rm -rf build/demo && mkdir -p build
	@DAYSHEET_HOME=build/demo $(VENV)/bin/daysheet demo
endif

# The portal is tried in Chromium: the system's, else one is installed once where that can be done, else
# what is left out is said here and again in pytest's summary.
# Hub, portal, an office, a mailbox and a stand-in for the card processor, all on this computer.
portal: $(READY)
	@$(PY) -m tests.rehearse_portal build/portal

# The tests come last, so that pytest's own summary is the last line.
test: $(READY)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(PY) -m tests.chromium
	$(PY) -m pytest -n $(WORKERS)

# What can run for hours, each telling how much it ran.
prove: $(READY)
	DAYSHEET_PROVE_SIZE=large $(PY) -m pytest -n $(WORKERS) -rP $(PROVE)

format: $(READY)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(READY)
	@mkdir -p bench-results
	@for file in tests/bench/bench_*.py; do \
	  name=$$(basename "$$file" .py); \
	  $(PY) -m tests.bench.$$name > "bench-results/$$name.json" || exit 1; \
	  cat "bench-results/$$name.json"; \
	done

# Screens as text, compared by tests/tui/test_screens_look_as_kept.py; read the diff before keeping it.
snapshots: $(READY)
	DAYSHEET_WRITE_SNAPSHOTS=1 $(PY) -m pytest -q -n $(WORKERS) tests/tui/test_screens_look_as_kept.py

pictures: $(READY)
	$(PY) -m tests.pictures

# Pins that still satisfy pyproject.toml stay; UPGRADE=1 takes the newest of everything.
lock: $(READY)
	$(PY) -m pip install --quiet --only-binary=:all: "uv>=0.9"
	$(VENV)/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --quiet \
	  --only-binary :all: --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  $(if $(UPGRADE),--upgrade) -o requirements.lock
	@echo "requirements.lock is made. The next make installs it."

clean:
	rm -rf $(VENV) build dist bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache
	find core tui tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew for a new lock, so that it holds what the lock says and nothing else.
$(LOCKED): requirements.lock
	@python=; \
	for each in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
	  if [ -n "$$each" ] && "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Daysheet needs Python 3.11 or newer, and none was found as python3, python3.11 to python3.14." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make virtual environments; on Debian or Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$python" --version), once"; \
	"$$python" -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
	  -r requirements.lock
	@touch $@

# Without the network: what builds the project is in the lock as well.
$(READY): $(LOCKED) pyproject.toml
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@
