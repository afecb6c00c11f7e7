// Package seedtest makes property tests repeatable. A test package that imports it draws the same values in every run when
// RAPID_SEED is set, as CI does, so that a change is judged by the change alone. Without it values are random, and a failure
// is a find.
package seedtest

import (
	"flag"
	"fmt"
	"os"

	_ "pgregory.net/rapid" // declares the flag
)

func init() {
	seed := os.Getenv("RAPID_SEED")
	if seed == "" {
		return
	}
	if err := flag.Set("rapid.seed", seed); err != nil {
		panic(fmt.Sprintf("RAPID_SEED=%s: %v", seed, err))
	}
}
