.POSIX:
SHELL = /bin/sh
.PHONY: help setup build release test check format demo bench simulate chaos mutants coverage \
    contract fuzz soak load docs clean

# Without the dynamic libraries of Swift, which take ten milliseconds to load.
RELEASE = -c release --static-swift-stdlib

# Suites that keep every core busy, so that a deadline passes elsewhere while nothing is wrong.
BUSY = RotationCoreTests|RotationEngineTests

# One scenario, or system call, in so many.
SHARE = 1

# How often `make chaos` kills at random moments, beside the kills at every system call.
KILLS = 400

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1~\2/p' Makefile | \
	    awk -F'~' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: ## install the system's libraries where they are missing
	@sh .ci/setup

build: setup ## debug build; warnings are errors
	@swift build

release: setup ## .build/release/holdover
	@swift build $(RELEASE) --product holdover

test: setup ## every test, on loopback only, a release build, and a tenth of the simulation
	@$(MAKE) --no-print-directory simulate SHARE=10
	@swift build $(RELEASE) --product holdover
	@swift test --filter '$(BUSY)'
	@swift test --skip-build --skip '$(BUSY)|ChaosTests'
	@swift test --skip-build --no-parallel --filter ChaosTests

check: setup ## format lint; `make test` checks the rest of the style
	@swift format lint --strict --recursive Sources Tests Package.swift

format: ## rewrite the sources in place
	@swift format --in-place --recursive Sources Tests Package.swift

demo: setup ## two rotations against a practice server, under load; DEMO_FAULTS=1 breaks things
	@swift build --product holdover
	@swift build --product practice-server
	@swift build --product practice-consumer
	@swift build --product sample-service
	@swift build --product demo
	@.build/debug/demo

bench: setup ## measure a release build
	@swift build $(RELEASE) --product holdover
	@swift build $(RELEASE) --product practice-server
	@swift build $(RELEASE) --product bench
	@.build/release/bench

simulate: setup ## the real engine through every fault, in memory; SHARE=10 runs a tenth
	@swift build $(RELEASE) --product simulate
	@.build/release/simulate --share $(SHARE)

chaos: setup ## the real binary, killed and failed at every system call, and power losses
	@swift build $(RELEASE) --product holdover
	@swift build $(RELEASE) --product practice-server
	@swift build $(RELEASE) --product practice-consumer
	@swift build $(RELEASE) --product saboteur
	@swift build --build-tests
	@HOLDOVER_BIN_DIR="$$(swift build $(RELEASE) --show-bin-path)" \
	    HOLDOVER_CHAOS_SHARE=$(SHARE) HOLDOVER_CHAOS_KILLS=$(KILLS) \
	    HOLDOVER_POWER_IMAGES=12000 HOLDOVER_POWER_RUNS=60 HOLDOVER_CHAOS_STOPS=500 \
	    HOLDOVER_CHAOS_CROWDS=20 HOLDOVER_CHAOS_IMAGES=6 HOLDOVER_CHAOS_RECOVERIES=21 \
	    HOLDOVER_CHAOS_DAYS=6 HOLDOVER_CHAOS_WORKERS=3 \
	    swift test --skip-build --no-parallel --filter ChaosTests

mutants: setup ## one bug after another; each must be caught
	@Tests/Mutants/run

coverage: setup ## states and events, and regions of engine and core; fails below 97 %
	@.ci/coverage

contract: setup ## adapters' suites, with real servers; HOLDOVER_CONTRACTS names vendors' contracts
	@HOLDOVER_REAL_SERVERS=1 swift test --filter 'AdaptersTests|CommandTests.Real|RealAuthentication'

fuzz: setup ## hostile bytes at every parser; FUZZ_SECONDS=60 or FUZZ_RUNS for each target
	@HOLDOVER_FUZZING=1 swift build -c release --scratch-path .build/fuzz --product Fuzzer
	@sh Tests/Fuzz/run

soak: setup ## 1 000 rotations under faults, kills and 1 000 000 token requests
	@swift build $(RELEASE) --product holdover
	@swift build $(RELEASE) --product practice-server
	@swift build $(RELEASE) --product soak
	@.build/release/soak

load: setup ## 1 000 callers, an endpoint that fails and is down, and rotations; 5 minutes
	@swift build $(RELEASE) --product holdover
	@swift build $(RELEASE) --product practice-server
	@swift build $(RELEASE) --product load
	@.build/release/load

docs: setup ## rewrite the pages that are made from the code
	@swift build --product holdover
	@.build/debug/holdover generate-docs

clean: ## remove what was built
	@rm -rf .build
