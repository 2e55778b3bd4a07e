# Set up, run, test, lint and train Emoplatform; every target installs what it needs first.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --durations=10

.PHONY: run test test-slow lint audit outdated pins sbom messages screenshots fuzz attack upgrade lighthouse bench load peers clients train

run: .venv/for-run node_modules/for-run  ## run the site at http://127.0.0.1:8000, with a worker for jobs
	scripts/run

test: .venv/for-tests node_modules/for-tests  ## run the tests, browser tests included, without the slow ones
	scripts/ensure-chromium
	$(PYTEST) -m "not slow"
	@echo "The slow tests were left out: make test-slow runs them."

test-slow: .venv/for-tests node_modules/for-tests  ## run the slow tests: attacks, kills, real trainings
	scripts/ensure-chromium
	$(PYTEST) -m slow

lint: .venv/for-tests node_modules/for-tests  ## check format, lint, types, templates, scripts, styles, imports, containers and CI
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	DEBUG=1 $(BIN)/mypy
	$(BIN)/djlint --check --lint --quiet templates
	node_modules/.bin/eslint --max-warnings=0 static/js
	node_modules/.bin/stylelint "static/css/**/*.css"
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml

audit: .venv/for-tests  ## check dependencies for known vulnerabilities; 2 says that it could not
	$(BIN)/python -m scripts.audit

outdated: .venv/for-tests node_modules/for-tests scripts/lighthouse/node_modules/.installed  ## list pins that are behind
	$(BIN)/python -m scripts.outdated

sbom: .venv/for-tests  ## list what the site consists of, in CycloneDX, in var/sbom/
	$(BIN)/python -m scripts.sbom

pins: .venv/for-tests  ## compile requirements*.in to requirements*.txt, with hashes; OPTIONS=--upgrade
	for file in requirements requirements-train requirements-dev benchmarks/peers/requirements tests/generated_clients/requirements; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate $(OPTIONS) \
			--custom-compile-command "make pins" $$file.in --output-file $$file.txt \
			|| exit; \
	done

messages: .venv/for-tests  ## extract messages, compile translations and report missing ones
	DEBUG=1 $(BIN)/python -m scripts.messages

screenshots: .venv/for-tests node_modules/for-run  ## take screenshots into var/screenshots/; PAGES="landing today"
	scripts/ensure-chromium
	$(BIN)/python -m scripts.screenshots $(PAGES)

fuzz: .venv/for-tests node_modules/for-run  ## send random requests to every operation of the API; EXAMPLES=200
	$(BIN)/python -m integration_tests.fuzz $(EXAMPLES)

attack: .venv/for-tests  ## send hostile photos to the decoder and to a running site; COUNT=20 of each
	$(BIN)/python -m integration_tests.bombs $(if $(COUNT),--count $(COUNT))
	$(BIN)/python -m integration_tests.attack_decoder decoder $(if $(COUNT),--count $(COUNT))
	$(BIN)/python -m integration_tests.attack_decoder http $(if $(COUNT),--count $(COUNT))

upgrade: .venv/for-tests node_modules/for-run  ## a site of the newest release, or FROM=COMMIT, by this code; DATABASE=sqlite
	$(if $(filter sqlite,$(DATABASE)),,scripts/ensure-packages postgresql)
	$(BIN)/python -m integration_tests.upgrade $(if $(FROM),--from $(FROM)) $(if $(DATABASE),--database $(DATABASE))

lighthouse: .venv/for-tests node_modules/for-run scripts/lighthouse/node_modules/.installed  ## audit pages on a slow phone; PAGES="landing today"
	scripts/ensure-chromium
	$(BIN)/python -m scripts.audit_pages $(PAGES)

bench: .venv/for-tests node_modules/for-run  ## measure speed, memory and size against budgets; NAMES="photo slug"
	$(BIN)/python -m benchmarks.bench $(NAMES)

load: .venv/for-tests node_modules/for-run  ## load several instances behind nginx; DURATION=30, seconds of a run
	scripts/ensure-packages nginx postgresql redis-server
	$(BIN)/python -m benchmarks.load $(if $(DURATION),--seconds $(DURATION))

peers: .venv/for-tests node_modules/for-run benchmarks/peers/node_modules/.installed benchmarks/peers/.venv/.installed  ## install the networks that compare_models measures, 5 GB

clients: tests/generated_clients/node_modules/.installed tests/generated_clients/.venv/.installed  ## install the generators of clients that the slow tests run

train: .venv/for-training  ## train the baseline: make train DATA=path/to/archive.zip OPTIONS="--epochs 1"
	@test -n "$(DATA)" || { echo "make train: expected DATA=ARCHIVE, received nothing" >&2; exit 2; }
	DEBUG=1 $(BIN)/python manage.py train_emotion --data "$(DATA)" $(OPTIONS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Emoplatform needs Python 3.11 to 3.13, found {v[0]}.{v[1]}: set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/for-run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

node_modules/for-run: package-lock.json
	npm ci --silent --omit=dev
	@touch $@

node_modules/for-tests: package-lock.json
	npm ci --silent
	@touch node_modules/for-run $@

scripts/lighthouse/node_modules/.installed: scripts/lighthouse/package-lock.json
	npm ci --silent --prefix scripts/lighthouse
	@touch $@

benchmarks/peers/node_modules/.installed: benchmarks/peers/package-lock.json
	npm ci --silent --prefix benchmarks/peers
	@touch $@

benchmarks/peers/.venv/.installed: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv benchmarks/peers/.venv
	benchmarks/peers/.venv/bin/python -m pip install --quiet --no-deps -r benchmarks/peers/requirements.txt
	@touch $@

tests/generated_clients/node_modules/.installed: tests/generated_clients/package-lock.json
	npm ci --silent --prefix tests/generated_clients
	@touch $@

tests/generated_clients/.venv/.installed: tests/generated_clients/requirements.txt
	$(PYTHON) -m venv tests/generated_clients/.venv
	tests/generated_clients/.venv/bin/python -m pip install --quiet --no-deps -r tests/generated_clients/requirements.txt
	@touch $@

.venv/for-training: requirements-train.txt .venv/for-run | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-train.txt
	@touch $@

.venv/for-tests: requirements-dev.txt .venv/for-training | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@
