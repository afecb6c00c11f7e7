# Everything is plain go: `go build ./cmd/kith` gives the whole product.

GO ?= go
BIN ?= bin
# What test, fuzz and lint look at.
PACKAGES ?= ./...
# Numbers of events of the benchmark; "100000 1000000" is the short one.
SIZES ?= 100000 1000000 10000000
# Numbers of edges of the graphs that are solved alone.
EDGES ?= 1000000 10000000
# Further flags of the benchmark, as -repetitions, -threads, -memory, -cache, -huge.
BENCHFLAGS ?=
# How long each fuzz target runs.
FUZZTIME ?= 20s

.PHONY: build test bench fuzz lint

build:
	$(GO) build -o $(BIN)/kith ./cmd/kith

test:
	$(GO) test $(PACKAGES)

bench: build
	$(GO) build -o $(BIN)/reference ./bench/reference
	$(GO) build -o $(BIN)/solver ./bench/solver
	$(GO) build -o $(BIN)/server ./bench/server
	$(GO) build -o $(BIN)/bench ./bench
	$(BIN)/bench -kith $(BIN)/kith -reference $(BIN)/reference -solver $(BIN)/solver -server $(BIN)/server -sizes "$(SIZES)" -edges "$(EDGES)" $(BENCHFLAGS)

# go test takes one package and one target at a time.
fuzz:
	@set -e; for package in $$($(GO) list $(PACKAGES)); do \
		targets=$$($(GO) test -list '^Fuzz' $$package); \
		for target in $$(echo "$$targets" | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

lint:
	@unformatted=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' $(PACKAGES))); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	$(GO) vet $(PACKAGES)
