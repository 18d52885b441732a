# Each target calls one npm script, so that hosts without make lose nothing: `npm run` lists the scripts.

BOARD ?= esp32
EXPLORE_BOARD = $(if $(filter command line environment,$(origin BOARD)),$(BOARD),all)
SECONDS ?= 60
NPM = npm run --silent
INSTALLED = node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help sim test check build sizes test-engines test-long test-browser interop bench explore soak fuzz mutation clean

## help: list every target with one line
help:
	@$(NPM) help

# npm writes this file at the end of every installation. No package here needs its install script.
$(INSTALLED): package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund

## sim: show a virtual board update itself, confirm, and roll a bad update back
sim: $(INSTALLED)
	@$(NPM) sim

## test: types, lint and all tests that need nothing but npm
test: $(INSTALLED)
	@$(NPM) test

## check: types and lint only
check: $(INSTALLED)
	@$(NPM) check

## build: make build BOARD=esp32 compiles bootloader and sample application to build/esp32
build: $(INSTALLED)
	@$(NPM) build -- --board $(BOARD)

## sizes: bytes of bootloader and runtime per board; over budget is an error
sizes: $(INSTALLED)
	@$(NPM) sizes

## test-engines: the portable suites on real interpreters, as far as they are installed
test-engines: $(INSTALLED)
	@$(NPM) test:engines

## test-long: 10,000 random signatures against tweetnacl and noble; takes minutes
test-long: $(INSTALLED)
	@$(NPM) test:long

## test-browser: the HTML report in a real browser, if chromium is installed
test-browser: $(INSTALLED)
	@$(NPM) test:browser

## interop: tests against other projects' tools, as far as they are installed
interop: $(INSTALLED)
	@$(NPM) interop

## bench: every engine that is installed, side by side; writes docs/PERFORMANCE.md
bench: $(INSTALLED)
	@$(NPM) bench

## explore: make explore BOARD=esp32 STORY=rollback BOUND=2000 (all optional) walks through every state of a board
explore: $(INSTALLED)
	@$(NPM) explore -- --board $(EXPLORE_BOARD) $(if $(STORY),--story $(STORY)) $(if $(BOUND),--bound $(BOUND)) --workers 2

## soak: make soak SECONDS=60 lets random boards live random lives, from a seed that it prints
soak: $(INSTALLED)
	@$(NPM) soak -- --seconds $(SECONDS)

## fuzz: make fuzz SECONDS=60 feeds the parsers what nobody meant to write
fuzz: $(INSTALLED)
	@$(NPM) fuzz -- --seconds $(SECONDS) $(if $(TARGET),--target $(TARGET))

## mutation: breaks the bootloader in some 200 ways and looks whether the tests notice; takes many minutes
mutation: $(INSTALLED)
	@$(NPM) mutation

## clean: remove what was built
clean:
	@$(NPM) clean
