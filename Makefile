# Every habit as one word. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
SIZE ?= small
POLYGONS ?= 650000
WORKERS ?= 2
# Tests of one file share what their runs make, so a file stays with one worker.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile
# The demo, and its scenario of config/demo_scenario.yaml.
DEMO_AREAS := demo demo_plans_and_parcels

.DEFAULT_GOAL := help
.PHONY: help setup run plan cluster rerun describe test faults lint check compare fuzz bench national demo golden lock sbom audit clean distclean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/run.done  ## the environment only, for your own data

run: $(VENV)/run.done  ## the whole pipeline on the demo landscape
	$(BIN)/snakemake --cores $(CORES)

plan: $(VENV)/run.done  ## what a run of SETTINGS=my.yaml will need, and what the last one took
	@$(BIN)/python scripts/estimate_run.py $(if $(SETTINGS),--configfile "$(SETTINGS)")

cluster: $(VENV)/cluster.done  ## what runs the jobs on a Slurm cluster (docs/cluster.md)

rerun: $(VENV)/run.done  ## run SETTINGS=my.yaml unattended and publish what is new (docs/unattended.md)
	@$(BIN)/python scripts/rerun.py $(if $(SETTINGS),--configfile "$(SETTINGS)") $(if $(KEEP),--keep "$(KEEP)") --cores $(CORES)

describe: $(VENV)/run.done  ## what FILE is, and the settings to read it (LAYER=one of its layers)
	@$(BIN)/python scripts/describe_file.py "$$FILE" "$$LAYER"

test: $(VENV)/test.done  ## every test (what is absent is skipped, and says so)
	$(PYTEST)

faults: $(VENV)/test.done  ## every fault, with fifty kills at random moments (long)
	ROBUUST_KILLS=50 $(PYTEST) tests/faults

check: lint test  ## both, before every commit

compare: $(VENV)/run.done  ## what differs between two results folders (OLD=..., NEW=..., OUT=...)
	@$(BIN)/python scripts/compare_results.py "$(OLD)" "$(NEW)" "$(OUT)"

lint: $(VENV)/test.done  ## style of the code and of the workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check workflow
	$(BIN)/snakemake --lint

fuzz: $(VENV)/test.done  ## look for input that breaks a parser, a minute for each
	$(BIN)/python tests/fuzz/run.py --seconds 60

bench: $(VENV)/test.done  ## time and memory: per rule of the last run, and against peers (SIZE=full: all)
	$(BIN)/python tests/bench/rule_costs.py benchmarks
	$(BIN)/python tests/bench/ratios.py full benchmarks/data benchmarks/history.jsonl habitat records
	$(BIN)/python tests/bench/ratios.py $(SIZE) benchmarks/data benchmarks/history.jsonl
	$(if $(filter full,$(SIZE)),$(BIN)/python tests/bench/scaling.py benchmarks/data benchmarks/history.jsonl)
	$(if $(filter full,$(SIZE)),ROBUUST_LARGE=full $(BIN)/pytest tests/workflow/test_large_results.py)

national: $(VENV)/run.done  ## an invented country of POLYGONS polygons, end to end (docs/national.md)
	$(BIN)/python tests/scale/make_country.py benchmarks/data/country $(POLYGONS)
	$(BIN)/snakemake --cores $(CORES) --configfile benchmarks/data/country/country.yaml
	$(BIN)/python tests/bench/rule_costs.py benchmarks

demo: $(VENV)/run.done  ## make the demo landscape again from its seed
	$(BIN)/python data/demo/make_demo.py

golden: $(VENV)/test.done  ## accept today's demo tables as the golden ones
	$(BIN)/pytest tests/workflow --renew-golden

lock: $(VENV)/test.done  ## pin the newest releases that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group test --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --quiet \
		--custom-compile-command "make lock" --constraints requirements.txt \
		--output-file requirements-test.txt
	$(BIN)/uv pip compile --group pyproject.toml:cluster --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--quiet --custom-compile-command "make lock" --constraints requirements.txt \
		--output-file requirements-cluster.txt
	$(BIN)/python tests/supply/bill_of_materials.py docs/sbom.cdx.json

sbom: $(VENV)/test.done  ## the bill of materials of the lock (docs/supply_chain.md)
	$(BIN)/python tests/supply/bill_of_materials.py docs/sbom.cdx.json

audit: $(VENV)/test.done  ## known vulnerabilities of the locked packages; needs the internet
	$(BIN)/uvx pip-audit@2.10.1 --strict --vulnerability-service osv \
		--require-hashes --disable-pip --requirement requirements.txt

clean:  ## remove the demo's results and all caches; your own results stay
	rm -rf $(foreach area,$(DEMO_AREAS),results/$(area) logs/$(area) benchmarks/$(area))
	rm -rf .pytest_cache .ruff_cache .hypothesis

distclean: clean  ## remove the environment too
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	PYTHONPATH=scripts $(BIN)/python -m robuust_kernels.compiled
	touch $@

$(VENV)/test.done: requirements-test.txt $(VENV)/run.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	touch $@

$(VENV)/cluster.done: requirements-cluster.txt $(VENV)/run.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-cluster.txt
	touch $@
