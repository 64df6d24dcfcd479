# The verbs of this repository. Each is one line over `catalog`, which takes more options: `.venv/bin/catalog --help`.
# TARGET names a target of catalog.yaml (default: local, the embedded AWS); PRODUCT, ACCOUNT and ROLE narrow a verb,
# and so does BASE: to what changed since a branch or commit.

PYTHON ?= python3
TARGET ?= local
CATALOG = .venv/bin/catalog
READY = .venv/.ready
LOCK = .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate
INSTALL = VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --require-hashes --requirement
AT = --target $(TARGET)
# Taken as it stands: neither make nor the shell runs what a branch is called.
unexport BASE
# Bytecode is kept, also where containers say otherwise: a verb starts many processes, and each would compile moto anew.
unexport PYTHONDONTWRITEBYTECODE
SINCE = $(if $(value BASE),--base '$(subst ','\'',$(value BASE))')

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE 's/^([a-z-]+):.*## .*/\1/p' $(MAKEFILE_LIST))

publish: $(READY) $(if $(filter local,$(TARGET)),.venv-taskcat/.ready) ## render, lint, launch and pack every product, then publish what changed
	@$(CATALOG) publish $(AT) $(ARGS)

plan: $(READY) ## show what publishing would change, why and for whom; change nothing
	@$(CATALOG) plan $(AT) $(ARGS)

new-product: $(READY) ## make a product's folder, rehearsal and place in a portfolio (NAME=, KIND=)
	@$(CATALOG) new $(NAME) $(if $(KIND),--kind $(KIND)) $(ARGS)

check: $(READY) ## find mistakes in manifests, templates, seed code and portfolios (BASE=: what changed since)
	@$(CATALOG) check $(SINCE) $(ARGS)

bump: $(READY) ## raise versions by as much as their changes demand (PRODUCT=, default all that changed)
	@$(CATALOG) bump $(SINCE) $(PRODUCT) $(ARGS)

test: $(READY) .venv-taskcat/.ready ## run every test: style, types, architecture, tool, embedded AWS, products (BASE=)
	@.venv/bin/pytest -n auto --dist worksteal $(SINCE) $(ARGS)

rehearse: $(READY) .venv-taskcat/.ready ## live a product's whole life on the embedded AWS (PRODUCT=, default all)
	@$(CATALOG) rehearse $(PRODUCT) $(ARGS)

taskcat: $(READY) .venv-taskcat/.ready ## launch a product's scenarios with taskcat (PRODUCT=, REGION=, default all)
	@$(CATALOG) taskcat $(AT) $(if $(REGION),--region $(REGION)) $(PRODUCT) $(ARGS)

studio: $(READY) ## list what a data scientist finds in Studio (ACCOUNT=, ROLE=)
	@$(CATALOG) studio $(AT) $(if $(ACCOUNT),--account $(ACCOUNT)) $(if $(ROLE),--role $(ROLE)) $(ARGS)

project: $(READY) ## create, watch, approve, clean up projects (ARGS="status iris"; alone: how)
	@$(CATALOG) project $(if $(filter-out -h --help,$(ARGS)),$(ARGS) $(AT),--help)

review: $(READY) ## write one Markdown comment: what a change does to whom (BASE=)
	@$(CATALOG) review $(SINCE) $(ARGS)

drift: $(READY) ## compare everything published with this repository; trust nothing
	@$(CATALOG) drift $(AT) $(ARGS)

releases: $(READY) ## list every version ever released (PRODUCT=)
	@$(CATALOG) releases $(AT) $(PRODUCT) $(ARGS)

verify: $(READY) ## recompute the digest of all that is live; name its commit (PRODUCT=)
	@$(CATALOG) verify $(AT) $(PRODUCT) $(ARGS)

fleet: $(READY) ## list who runs which version, account by account (PRODUCT=)
	@$(CATALOG) fleet $(AT) $(PRODUCT) $(ARGS)

render: $(READY) ## write every product's CloudFormation template to build/
	@$(CATALOG) render $(PRODUCT) $(ARGS)

package: $(READY) ## write every product's release: template, bundles, release.json
	@$(CATALOG) package $(PRODUCT) $(ARGS)

local-up: $(READY) ## start the embedded AWS; prints the shell exports that reach it (ACCOUNT=, ROLE=)
	@$(CATALOG) local up $(if $(ACCOUNT),--account $(ACCOUNT)) $(if $(ROLE),--role $(ROLE))

local-down: $(READY) ## stop the embedded AWS of this checkout
	@$(CATALOG) local down

local-reset: $(READY) ## empty the embedded AWS and set its organization up again
	@$(CATALOG) local reset

bootstrap: $(READY) ## bring up hub and accounts, or change them: show what CloudFormation would do, ask, do it
	@$(CATALOG) bootstrap $(AT) $(ARGS)

doctor: $(READY) ## say what is missing around a target, and the command that mends each
	@$(CATALOG) doctor $(AT) $(ARGS)

schemas: $(READY) ## write the JSON Schemas of the manifests
	@$(CATALOG) schemas

docs: $(READY) ## write what is generated: product READMEs, findings, CODEOWNERS, taskcat's buildspec
	@$(CATALOG) docs

bench: $(READY) ## measure calls, times and ratios; keep the table as docs/benchmarks.md
	@.venv/bin/python -m tests.benchmarks --write $(ARGS)

mutate: $(READY) ## change one thing at a time in each product; list what nobody notices (PRODUCT=)
	@$(CATALOG) mutate $(PRODUCT) $(ARGS)

lock: $(READY) ## write the locks with their hashes; what is pinned stays (ARGS=--upgrade resolves all anew)
	@$(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt $(ARGS)
	@$(LOCK) --group taskcat --output-file requirements/taskcat.txt $(ARGS)
	@$(LOCK) --group uv --output-file requirements/uv.txt $(ARGS)

clean: ## stop the embedded AWS; remove build/, the environments and every cache
	@test ! -x $(CATALOG) || $(CATALOG) local down || true
	@rm -rf build .venv .venv-taskcat .hypothesis .mypy_cache .pytest_cache .ruff_cache scripts/*.egg-info

help: ## list these verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r verb text; do printf '  make %-12s %s\n' "$$verb" "$$text"; done

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; run make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	@echo 'Installing the tools into .venv, once …' >&2
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@if test -x $@; then $(INSTALL) requirements/uv.txt; else .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt; fi
	@touch $@

$(READY): .venv/bin/uv requirements/dev.txt pyproject.toml
	@$(INSTALL) requirements/dev.txt
	@VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv-taskcat/.ready: .venv/bin/uv requirements/taskcat.txt
	@echo 'Installing taskcat into .venv-taskcat, once …' >&2
	@.venv/bin/uv venv --quiet --allow-existing --python .venv/bin/python .venv-taskcat
	@VIRTUAL_ENV=.venv-taskcat .venv/bin/uv pip install --quiet --require-hashes --requirement requirements/taskcat.txt
	@touch $@
