package main

import "testing"

func TestProgram(t *testing.T) {
	for called, want := range map[string]string{
		"kith":                            "kith",
		"bin/kith":                        "bin/kith",
		"./kith":                          "./kith",
		"/tmp/go-build1234/b001/exe/kith": "go run ./cmd/kith",
		"/home/me/.cache/go-build/a/kith": "go run ./cmd/kith",
		"/home/my programs/kith":          "kith",
		"":                                "kith",
	} {
		if got := program(called); got != want {
			t.Errorf("%q: %q, want %q", called, got, want)
		}
	}
}
