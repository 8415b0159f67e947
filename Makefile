# `make help` lists the targets. On a machine with a GPU, or where pip finds no CPU build of torch,
# PIP_TORCH_ARGS says where it is to come from: make demo PIP_TORCH_ARGS="--index-url URL"

PYTHON ?= python3.11
PIP_TORCH_ARGS ?=
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
TORCH := $(shell grep '^torch==' requirements/cpu.txt)
EVALCHEMY_URL ?= https://github.com/mlfoundations/evalchemy
EVALCHEMY_COMMIT := $(shell sed -n 's/^  commit: //p' conf/evaluate.yaml)
EVALCHEMY_PIP := .venv-evalchemy/bin/python -m pip --disable-pip-version-check --quiet --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check fix bench browser browser-check screenshots gpu-check soak e2b-check \
  slurm-check vllm-check evalchemy evalchemy-check lock platform

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 24
	@echo "ARGS=… is passed on, as in: make test ARGS='tests/config -x'"

demo: .venv/installed ## train a small real model on this CPU, about ten minutes
	@$(BIN)/python train.py +experiment=demo $(ARGS)

test: .venv/installed ## run all tests but the long ones
	@$(BIN)/python -m pytest -n 2 -p tests.scheduling $(ARGS)

check: .venv/installed ## lint, format, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_sizes.py

fix: .venv/installed ## format, and correct what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/installed ## measure the sandbox on this machine
	@$(BIN)/tarot bench $(ARGS)

browser-check: browser ## try the pages of reports in Debian's Chromium, installing it as root
	@$(BIN)/python -m pytest -m browser tests/report $(ARGS)

screenshots: browser ## take the pictures of docs/pictures, with RUN=runs/… and SWEEP=sweeps/…
	@test -d "$(RUN)" && test -d "$(SWEEP)" || { echo "name a run and a sweep:" \
	  "make screenshots RUN=runs/… SWEEP=sweeps/…" >&2; exit 1; }
	@mkdir -p build
	@$(BIN)/tarot report run=$(RUN) out=build/run.html execute=true
	@$(BIN)/tarot report sweep=$(SWEEP) out=build/sweep.html
	@PYTHONPATH=. $(BIN)/python .ci/screenshots.py build/run.html docs/pictures/run.png curves \
	  build/run.html docs/pictures/completions.png completions \
	  build/sweep.html docs/pictures/sweep.png -

browser: .venv/installed
	@command -v chromium >/dev/null || apt-get install --yes --no-install-recommends chromium
	@$(PIP) install --requirement requirements/browser.txt

gpu-check: .venv/installed ## train a small model on one GPU beside TRL alone, with vLLM where it is
	@$(BIN)/tarot bench what=trainer +experiment=gpu_check hardware.vllm=null $(ARGS)
	@! $(BIN)/python -c "import vllm" 2>/dev/null || \
	  $(BIN)/tarot bench what=trainer +experiment=gpu_check $(ARGS)

soak: .venv/installed ## run the long tests
	@$(BIN)/python -m pytest -m soak $(ARGS)

e2b-check: .venv/installed ## try E2B's cloud and measure it, with the key in E2B_API_KEY
	@$(BIN)/tarot conformance sandbox=e2b $(ARGS)
	@$(BIN)/tarot bench what=hosted $(filter sandbox.%,$(ARGS))
	@$(BIN)/tarot conformance sandbox=e2b remove_orphans=true

slurm-check: .venv/installed ## preempt and resume two runs on a Slurm of this machine, as root
	@{ command -v slurmctld && command -v munged; } >/dev/null || \
	  apt-get install --yes --no-install-recommends slurm-wlm munge
	@$(BIN)/python -m pytest -m slurm tests/launchers $(ARGS)

vllm-check: .venv-vllm/installed ## sample, train and serve with vLLM on this CPU
	@VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind \
	  .venv-vllm/bin/python -m pytest -m vllm tests/*/test_vllm_*.py $(ARGS)

evalchemy: .evalchemy/.git .venv-evalchemy/installed ## prepare the harness of evaluate.py

evalchemy-check: .venv/installed ## evaluate a small real model on HumanEval's first two on this CPU
	@$(BIN)/python evaluate.py model=smollm2-135m benchmark=humaneval debug=true hardware=cpu \
	  evalchemy.backend=hf evalchemy.batch_size=2 $(ARGS)

lock: .venv/installed ## write requirements/cpu.txt anew, keeping versions where it can
	$(PIP) install pip-tools
	$(BIN)/pip-compile setup.cfg --extra train --extra eval --extra e2b --extra openai --extra dev --quiet \
	  --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --output-file .venv/lock.txt --pip-args "--constraint requirements/cpu.txt"
	( head -n 2 requirements/cpu.txt; sed -n 's/+cpu$$//; /==/p' .venv/lock.txt ) > .venv/new.txt
	mv .venv/new.txt requirements/cpu.txt

platform:
	@case "$$(uname -s) $$(uname -m)" in "Linux x86_64"|"Linux aarch64") ;; *) \
	  echo "TAROT runs on Linux, x86-64 or aarch64; this is $$(uname -s) $$(uname -m)" >&2; exit 1;; esac
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11" \
	  "or name one with PYTHON=…" >&2; exit 1; }

.venv/created: | platform
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/locked: requirements/cpu.txt .venv/created
	@echo "installing $(TORCH) …"
	@$(PIP) install $(PIP_TORCH_ARGS) $(TORCH)
	@echo "installing the rest of requirements/cpu.txt …"
	@$(PIP) install --requirement requirements/cpu.txt
	@touch $@

.venv-vllm/installed: requirements/vllm.txt | platform
	@$(PYTHON) -m venv .venv-vllm
	@echo "installing $(TORCH) and requirements/vllm.txt …"
	@.venv-vllm/bin/python -m pip --quiet --quiet install $(PIP_TORCH_ARGS) $(TORCH)
	@.venv-vllm/bin/python -m pip --quiet --quiet install --no-deps --requirement requirements/vllm.txt
	@touch $@

.evalchemy/.git:
	@command -v git >/dev/null || { echo "git is missing: install it" >&2; exit 1; }
	@rm -rf .evalchemy.new
	@git clone --quiet --no-checkout $(EVALCHEMY_URL) .evalchemy.new >.evalchemy.log 2>&1 && \
	  git -C .evalchemy.new checkout --quiet $(EVALCHEMY_COMMIT) >>.evalchemy.log 2>&1 || \
	  { echo "no checkout of Evalchemy from $(EVALCHEMY_URL): $$(tail -n 1 .evalchemy.log);" \
	  "name a copy of it with EVALCHEMY_URL=…" >&2; rm -rf .evalchemy.new; exit 1; }
	@rm -rf .evalchemy && mv .evalchemy.new .evalchemy

.venv-evalchemy/installed: requirements/evalchemy.txt requirements/evalchemy-vllm.txt | platform
	@$(PYTHON) -m venv .venv-evalchemy
	@echo "installing requirements/evalchemy.txt …"
	@if command -v nvidia-smi >/dev/null; then \
	  $(EVALCHEMY_PIP) install --no-deps --requirement requirements/evalchemy-vllm.txt; \
	else \
	  $(EVALCHEMY_PIP) install $(PIP_TORCH_ARGS) $(TORCH); \
	fi
	@$(EVALCHEMY_PIP) install --no-deps --requirement requirements/evalchemy.txt
	@touch $@

.venv/installed: setup.cfg pyproject.toml .venv/locked
	@$(PIP) install --no-deps --editable .
	@touch $@
