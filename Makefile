# Two commands matter: `make run` and `make test`. `make check` is the quick gate before a commit.

PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install --require-hashes
# Processes that run the tests: many of them wait for servers they started, so more than cores.
TESTERS := $(shell expr 2 \* $$(nproc 2>/dev/null || echo 1))
TESTS := tests
CATALOGUES := $(wildcard quizapp/translations/*/LC_MESSAGES/*.po)

.PHONY: run build ready lint check test lock words pictures
.DELETE_ON_ERROR:

run: .venv/run.stamp $(CATALOGUES:.po=.mo)
	@exec $(BIN)/python -m quizapp.serve

# What a release needs to be served by an account that may write nothing (deploy/upgrade.sh).
build: .venv/run.stamp $(CATALOGUES:.po=.mo)
	@$(BIN)/python -m quizapp.web.packing
	@$(BIN)/python -m compileall -q quizapp migrations wsgi.py

ready: .venv/dev.stamp $(CATALOGUES:.po=.mo)

lint: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint quizapp
	$(BIN)/shellcheck -x deploy/*.sh deploy/quizapp .ci/run
	@# DL3008: a pinned package is gone from Debian's archive once its security fix is there.
	$(BIN)/hadolint --ignore DL3008 deploy/container/Dockerfile
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && unset QUIZAPP_DATABASE_URL && \
	export QUIZAPP_INSTANCE="$$folder" && echo "flask db upgrade, flask db check" && \
	$(BIN)/flask --app wsgi db upgrade && $(BIN)/flask --app wsgi db check

check: lint
	$(BIN)/pytest -W error -q tests/unit

test: ready
	$(BIN)/pytest -W error -n $(TESTERS) --dist loadgroup --no-loadscope-reorder -m "not alone" $(TESTS)
	$(BIN)/pytest -W error -m alone $(TESTS) || [ $$? = 5 ]  # 5: none of them is there

# Both locks: exact versions with hashes, and no address of any index.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 \
		requirements.in -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 \
		requirements-dev.in -o requirements-dev.txt

.venv/run.stamp: requirements.txt | .venv/made.stamp
	@echo "• Cài thư viện (chỉ lần đầu, vài phút) / installing libraries"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "• Cài công cụ kiểm tra / installing the tools of the tests"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The stamp comes last: an environment whose making was interrupted is made again.
.venv/made.stamp:
	@test -n "$(PYTHON)" || { \
		echo "Cần Python 3.11 trở lên / Python 3.11 or newer is needed" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Thiếu venv của Python; trên Debian, Ubuntu hãy chạy: sudo apt install python3-venv" \
		"/ Python's venv module is missing" >&2; exit 1; }
	@echo "• Tạo môi trường Python / making the environment"
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

# After changing texts for people: then translate what is empty in the .po files.
words: .venv/dev.stamp
	@pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT && \
	$(BIN)/pybabel --quiet extract -F babel.cfg -k lazy_gettext -k _l -k N_ --no-location \
		--sort-output --no-wrap -o "$$pot" . && \
	$(BIN)/pybabel --quiet update -i "$$pot" -d quizapp/translations --no-wrap \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

# The pictures of README and guide, as Chromium shows the pages.
pictures: .venv/dev.stamp $(CATALOGUES:.po=.mo)
	$(BIN)/python -m tests.browser.pictures
	$(BIN)/python -m tests.browser.guide

quizapp/translations/%.mo: quizapp/translations/%.po .venv/run.stamp
	@$(BIN)/pybabel --quiet compile -i $< -o $@
