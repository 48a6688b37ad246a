# make run    the studio, on http://127.0.0.1:8000 (another port: make run PORT=9000)
# make test   the tests that can run here            (some of them: make test ARGS="-k money";
#             the long experiments too: make test ARGS="-m 'slow or not slow'")
# make play   as run, with every paid provider played on this computer: no key, no cost
# make lint   style and types          make bench   measurements        make clean   caches, .venv
#
# Further packages: make run EXTRAS="postgres s3", the names are those of pyproject.toml.

PYTHONS = $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
VENV = .venv
BIN = $(VENV)/bin
EXTRAS =
ARGS =
# As many as a small computer has cores: tests that count time want one of their own.
WORKERS = 2

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run setup play test lint bench clean

run: setup
	@exec $(BIN)/python manage.py start

setup: $(VENV)/run.txt $(EXTRAS:%=$(VENV)/%.txt)
	@$(BIN)/python manage.py setup

play: setup $(VENV)/test.txt
	@exec $(BIN)/python manage.py fake_providers --start --credits 10000

test: $(VENV)/test.txt
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: $(VENV)/test.txt
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: $(VENV)/test.txt $(VENV)/bench.txt
	@$(BIN)/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The packages that pyproject.toml wants, in the versions of requirements.txt. The file that lists
# them is the mark that they are installed.
define WANTED
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
lists = {"run": project["dependencies"], **project["optional-dependencies"]}
if sys.argv[1] not in lists:
    sys.exit(f"There is no extra {sys.argv[1]!r}; choose from {', '.join(lists)}.")
print(*lists[sys.argv[1]], sep="\n")
endef
export WANTED

# moviepy asks for an older Pillow than it needs.
$(VENV)/bench.txt: INSTALL = --no-deps
$(VENV)/test.txt $(VENV)/bench.txt: $(VENV)/run.txt

$(VENV)/%.txt: pyproject.toml requirements.txt | $(BIN)/python
	@$(BIN)/python -c "$$WANTED" $* > $@.new
	@echo "Installing packages ($*) …"
	@$(BIN)/python -m pip install --quiet $(INSTALL) -r $@.new -c requirements.txt
	@mv $@.new $@

$(BIN)/python:
	@for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -m venv --clear $(VENV) && exit; \
		rm -rf $(VENV); \
		echo "$$python cannot make a virtual environment. On Debian: apt-get install python3-venv"; \
		exit 1; \
	done; \
	echo "Zoetrope needs Python 3.11 or newer. Name one that is not in the PATH: make PYTHON=/path"; \
	exit 1
