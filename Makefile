# Everything is plain go: `go build ./cmd/kith` gives the whole product.

GO ?= go
BIN ?= bin
# Numbers of events of the benchmark; "100000 1000000" is the short one.
SIZES ?= 100000 1000000 10000000
# How long each fuzz target runs.
FUZZTIME ?= 20s

.PHONY: build test bench fuzz lint

build:
	$(GO) build -o $(BIN)/kith ./cmd/kith

test:
	$(GO) test ./...

bench: build
	$(GO) build -o $(BIN)/reference ./bench/reference
	$(GO) build -o $(BIN)/bench ./bench
	$(BIN)/bench -kith $(BIN)/kith -reference $(BIN)/reference -sizes "$(SIZES)"

# Each fuzz target in turn: go test takes one at a time.
fuzz:
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

lint:
	@unformatted=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' ./...)); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
