package duckdb

import (
	"errors"
	"io/fs"
	"os"
)

// dropEmpty removes a database file without a byte, which is what a full disk or a process that died while making it
// leaves: the engine refuses such a file, and nothing is lost with it. A file that another process has open stays.
func dropEmpty(path string) {
	if i, err := os.Lstat(path); err != nil || !i.Mode().IsRegular() || i.Size() > 0 {
		return
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if !lockable(f) {
		return
	}
	if i, err := f.Stat(); err == nil && i.Size() == 0 {
		os.Remove(path)
	}
}

// absent reports that there is no file at a path, so that whatever is there later was made since.
func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
