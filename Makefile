# The commands of the project. `make demo` and `make test` need only Python 3.11 and make.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python

.PHONY: demo test check format identity bench bench-identity bench-desk api-check pictures lock audit clean

demo: .venv/.demo  ## the whole site on http://127.0.0.1:8000 with sample stories
	$(RUN) manage.py demo

test: .venv/.dev  ## every test, on SQLite and, where they answer, PostgreSQL, Redis and Chromium
	$(RUN) -m tests.run $(TEST_OPTIONS)

check: .venv/.dev  ## lint, format, types, templates, import rules, deployment, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) -m tests.deploy_check

format: .venv/.dev  ## put code and templates into the house's form
	-$(BIN)/django-upgrade --target-version 5.2 $$(git ls-files '*.py')
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

identity: .venv/.dev  ## score the identity engine on the marked narratives
	$(RUN) tests/reports/identity/score_parts.py

bench: .venv/.dev  ## speed of the readers' pages on 100,000 stories, on both databases
	$(RUN) -m tests.lessons.bench

bench-identity: .venv/.dev  ## speed, memory and recall of the engine beside other tools
	$(RUN) -m tests.reports.identity.bench

bench-desk: .venv/.dev  ## how fast the desk answers with 10,000 reports, on the databases there are
	$(RUN) -m tests.reports.bench_desk

api-check: .venv/.dev  ## ask the API all that its description allows, and what it does not
	$(PYTHON) -m venv .venv/schemathesis
	.venv/schemathesis/bin/pip install --quiet "schemathesis>=4,<5"
	$(RUN) -m tests.api_check

pictures: .venv/.dev  ## take the pictures of docs/moderators.md anew, from a running site
	$(RUN) -m pytest -q tests/e2e/pictures.py

lock: .venv/.dev  ## write the hash-locked requirements anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

audit: .venv/.dev  ## known weaknesses of the locked packages; asks the package index
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement requirements.txt --disable-pip

clean:  ## remove everything that these commands made, the demo's data included
	rm -rf .venv .data .bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis .coverage

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.demo: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
