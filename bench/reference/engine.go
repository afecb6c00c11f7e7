package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the engine that kith embeds
)

// open opens a database file, "" for memory, with the threads and memory of the run that the reference is compared with.
func (s settings) open(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // temporary tables belong to a connection
	for _, q := range []string{
		fmt.Sprintf("SET threads = %d", s.threads),
		"SET memory_limit = '" + s.memory + "'",
	} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

// fill puts the folder and the size into a text of SQL.
func (s settings) fill(text string) string {
	return strings.NewReplacer(":dir", s.dir, ":events", fmt.Sprint(s.events), ":edges", fmt.Sprint(s.edges), ":rows", fmt.Sprint(s.rows()), ":warehouse", s.warehouse, ":database", s.database).Replace(text)
}

// script runs statements that end in a semicolon at the end of a line.
func (s settings) script(ctx context.Context, db *sql.DB, text string) error {
	for _, q := range strings.Split(s.fill(text), ";\n") {
		if strings.TrimSpace(q) == "" {
			continue
		}
		if _, err := db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes a database file and what the engine keeps beside it.
func remove(path string) error {
	for _, p := range []string{path, path + ".wal", path + ".tmp"} {
		if err := os.RemoveAll(p); err != nil {
			return err
		}
	}
	return nil
}

// cost is what one measurement took.
type cost struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	Rows    int64   `json:"rows"`
}

// measure takes the wall and CPU time of a piece of work.
func measure(work func() error) (cost, error) {
	began, cpu := time.Now(), cpuTime()
	err := work()
	return cost{Seconds: time.Since(began).Seconds(), CPU: (cpuTime() - cpu).Seconds()}, err
}

// cpuTime is the time that this process has kept processors busy.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
