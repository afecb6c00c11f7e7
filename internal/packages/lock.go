package packages

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// LockFile pins git packages to commits; it lies beside pb_project.yaml and belongs in version control.
const LockFile = "kith.lock"

// lock is the content of the lock file: a line "<address> <commit>" for each git package.
type lock struct {
	path    string
	read    map[string]string
	used    map[string]string
	content []byte
}

func readLock(path string) *lock {
	l := &lock{path: path, read: map[string]string{}, used: map[string]string{}}
	l.content, _ = os.ReadFile(path) // a missing file pins nothing
	for _, line := range strings.Split(string(l.content), "\n") {
		line = strings.TrimSpace(line)
		if i := strings.LastIndexByte(line, ' '); i > 0 && !strings.HasPrefix(line, "#") {
			l.read[strings.TrimSpace(line[:i])] = line[i+1:]
		}
	}
	return l
}

func (l *lock) commit(address string) string { return l.read[address] }

func (l *lock) pin(address, commit string) { l.used[address] = commit }

// keep pins an address to what the file says, if it says anything: the package was not needed, but will be again.
func (l *lock) keep(address string) {
	if c := l.read[address]; c != "" {
		l.used[address] = c
	}
}

// write keeps the pins that were used, when they differ from what the file says.
func (l *lock) write() error {
	if len(l.used) == 0 {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("# Commits of the git packages of this project. Written by kith; keep it in version control.\n")
	var names []string
	for a := range l.used {
		names = append(names, a)
	}
	sort.Strings(names)
	for _, a := range names {
		fmt.Fprintf(&b, "%s %s\n", a, l.used[a])
	}
	if bytes.Equal(b.Bytes(), l.content) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(l.path), ".kith.lock-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(b.Bytes()); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), l.path)
}
