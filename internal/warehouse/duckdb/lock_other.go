//go:build !unix

package duckdb

import "os"

// lockable is false where the engine's lock cannot be asked for: a file is rather kept than taken from someone.
func lockable(*os.File) bool { return false }
