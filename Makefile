# What a fresh machine needs beside Go is installed by the target that needs it.

GO      ?= go
BINARY  := bin/lsyncgo
VERSION := $(shell cat VERSION)
LINT    := $(GO) tool -modfile=scripts/tools/go.mod golangci-lint
SYSTEMS := linux/arm64 darwin/amd64 darwin/arm64 freebsd/amd64 windows/amd64

.PHONY: run build test lint conformance churn bench fuzz packages rename clean

run: build
	scripts/run.sh $(BINARY)

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BINARY) ./cmd/lsyncgo

# Never from the cache, which does not know that tests build and run the program.
test:
	scripts/deps.sh test
	$(GO) test -race -count=1 -timeout 20m ./...

lint:
	scripts/deps.sh lint
	test -z "$$(gofmt -l . | tee /dev/stderr)"
	shellcheck scripts/*.sh scripts/*/*.sh scripts/init.d/lsyncgo
	$(GO) vet ./...
	$(LINT) run ./...
	for system in $(SYSTEMS); do \
		echo "build for $$system"; \
		GOOS=$${system%/*} GOARCH=$${system#*/} CGO_ENABLED=0 $(GO) build -o /dev/null ./... || exit 1; \
	done

# The same configs and file operations under Lsyncd and lsyncgo, and what they start compared.
conformance:
	scripts/deps.sh conformance
	$(GO) run ./scripts/conformance $(CONFORMANCEFLAGS)

# Random changes with faults in between, for more seeds and more of them than the tests run.
churn:
	scripts/deps.sh churn
	CHURN_SEEDS=$${CHURN_SEEDS:-1-200} CHURN_OPS=$${CHURN_OPS:-60} $(GO) test -race -count=1 -timeout 60m ./cmd/lsyncgo/e2e -run 'TestFaults$$'
	PLAN_SEEDS=$${PLAN_SEEDS:-1-1000} $(GO) test -count=1 -timeout 60m ./engine/rsync -run 'TestLikeRecursion$$'
	RACE_SECONDS=$${RACE_SECONDS:-20} $(GO) test -race -count=1 ./engine/mirror ./cmd/lsyncgo/e2e -run 'TestRace$$' -v
	$(GO) test -count=1 -tags churn ./cmd/lsyncgo/e2e -run 'TestImage' -v
	COMPARE_SEEDS=$${COMPARE_SEEDS:-20} $(GO) test -count=1 -timeout 30m ./lua/lua53 -run 'TestAgainstLua53$$|TestRandomPrograms$$'
	CRASH_ROUNDS=$${CRASH_ROUNDS:-20} $(GO) test -count=1 -timeout 60m ./engine/mirror -run 'TestInjected$$|TestKilled$$' -v

bench: build
	scripts/bench/bench.sh $(BENCHFLAGS)

# Each fuzz target for FUZZTIME; the seeds it finds are kept under testdata.
FUZZTIME ?= 1m
fuzz:
	scripts/deps.sh test
	scripts/fuzz.sh $(FUZZTIME)

# Packages for distributions, in dist: made twice, looked at, and one of them tried on a fresh system.
packages:
	scripts/deps.sh packages
	scripts/packages/all.sh

# Another path for the module, for everything that names it.
rename:
	scripts/rename.sh "$(MODULE)"

clean:
	rm -rf bin dist
