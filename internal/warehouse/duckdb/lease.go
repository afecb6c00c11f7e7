package duckdb

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"time"
)

// holder is what the side file <database>.holder says of the process that has the file open for writing. The lock is
// DuckDB's own on the file; this only puts a name to it, and a file left behind by a process that died says nothing.
type holder struct {
	PID     int       `json:"pid"`
	User    string    `json:"user,omitempty"`
	Command string    `json:"command"`
	Started time.Time `json:"started"`
}

// String is the holder in words.
func (h holder) String() string {
	who := fmt.Sprintf("%q (PID %d", h.Command, h.PID)
	if h.User != "" {
		who += ", user " + h.User
	}
	return who + ", since " + h.Started.UTC().Format("2006-01-02 15:04:05") + " UTC)"
}

// started is when this process began, near enough.
var started = time.Now().UTC().Truncate(time.Second)

// leases counts, per side file, the openings of this process: the engine lets one process open a file several times, and
// the last one to close it removes the side file.
var leases = struct {
	sync.Mutex
	n map[string]int
}{n: map[string]int{}}

// lease is one opening's share of a side file.
type lease struct{ path string }

func holderPath(database string) string { return database + ".holder" }

// takeLease writes the side file of a database that this process holds.
func takeLease(database, command string) (*lease, error) {
	path := holderPath(database)
	leases.Lock()
	defer leases.Unlock()
	if leases.n[path] == 0 {
		h := holder{PID: os.Getpid(), Command: command, Started: started}
		if u, err := user.Current(); err == nil {
			h.User = u.Username
		}
		if err := writeHolder(path, h); err != nil {
			return nil, err
		}
	}
	leases.n[path]++
	return &lease{path}, nil
}

// writeHolder replaces the side file at one stroke, so that nobody reads half of it.
func writeHolder(path string, h holder) error {
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		// Other users who meet the lock may read whom to ask.
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// drop gives the share up. A side file that another process has written meanwhile is left alone.
func (l *lease) drop() {
	leases.Lock()
	defer leases.Unlock()
	if leases.n[l.path]--; leases.n[l.path] > 0 {
		return
	}
	delete(leases.n, l.path)
	if h, ok := loadHolder(l.path); ok && h.PID == os.Getpid() {
		os.Remove(l.path)
	}
}

// readHolder returns who holds a database whose lock the engine says is held by process pid (0 when it does not say).
// A file of another process than that one is stale.
func readHolder(database string, pid int) (holder, bool) {
	h, ok := loadHolder(holderPath(database))
	return h, ok && (pid == 0 || h.PID == pid)
}

func loadHolder(path string) (holder, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return holder{}, false
	}
	var h holder
	if json.Unmarshal(data, &h) != nil || h.PID <= 0 {
		return holder{}, false
	}
	return h, true
}
