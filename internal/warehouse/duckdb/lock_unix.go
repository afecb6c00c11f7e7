//go:build unix

package duckdb

import (
	"os"
	"syscall"
)

// lockable reports that no other process holds the engine's lock on a file, and takes it until the file is closed.
func lockable(f *os.File) bool {
	return syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK}) == nil
}
