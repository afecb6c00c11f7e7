package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"kith/internal/run"
)

// engineError is what the engine says with errors_as_json, every value a string. Message is its text without the kind.
type engineError struct {
	Type       string `json:"exception_type"`
	Message    string `json:"exception_message"`
	Subtype    string `json:"error_subtype"`
	Position   string `json:"position"`
	Candidates string `json:"candidates"`
	Entry      string `json:"type"`
	Errno      string `json:"errno"`
}

var plainKind = regexp.MustCompile(`^([A-Za-z][A-Za-z ]*) Error: `)

// parseError reads an error of the engine. Some errors are JSON behind a prefix ("Parser Error: {...}"), and those
// raised before the settings hold are plain text.
func parseError(text string) engineError {
	if i := strings.Index(text, `{"exception_type"`); i >= 0 {
		var e engineError
		if json.NewDecoder(strings.NewReader(text[i:])).Decode(&e) == nil {
			return e
		}
	}
	e := engineError{Type: "Unknown", Message: text}
	if m := plainKind.FindStringSubmatch(text); m != nil {
		e.Type, e.Message = m[1], text[len(m[0]):]
	}
	e.Message, _, _ = strings.Cut(e.Message, "\n\nLINE ")
	return e
}

// sqlError makes a run.SQLError of what the engine said of a statement. The engine's own error is not kept as a cause:
// it may hold values of rows.
func (c *Conn) sqlError(text, sql string) *run.SQLError {
	e := parseError(text)
	if !e.bearsValues() {
		return c.explained(e, sql, true)
	}
	masked := c.explained(e, sql, false)
	if !c.config.ShowValues {
		return masked
	}
	out := c.explained(e, sql, true)
	out.Masked = masked.Message
	return out
}

// explained is the engine's error in kith's words. show lets values of rows into the message.
func (c *Conn) explained(e engineError, sql string, show bool) *run.SQLError {
	out := &run.SQLError{Kind: e.kind(), Offset: -1, Candidates: e.names()}
	if n, err := strconv.Atoi(e.Position); err == nil && n >= 0 && n <= len(sql) {
		out.Offset = n
	}
	if m, ok := lineMessage(e.Message, show); ok {
		out.Kind, out.Message, out.Fix = "conversion", inFile(m, e.Message, sql), lineFix(m)
		return out
	}
	if e.Type == "Invalid Input" && !show && callsError.MatchString(sql) {
		// The text is of the user's making, out of values perhaps.
		out.Message = "the statement called error(): " + masked
		return out
	}
	out.Message, out.Fix = e.human(out.Kind), c.wayOut(out.Kind, e.Message)
	if !show {
		out.Message = maskValues(out.Message)
	}
	return out
}

var callsError = regexp.MustCompile(`(?i)\berror\s*\(`)

var notParquet = regexp.MustCompile(`^(?:File '[^'\n]*' too small to be a Parquet file|No magic bytes found at end of file '[^'\n]*')$`)

var missingTable = regexp.MustCompile(`^(Table|View|Schema|Catalog) (with name )?.*does not exist`)

// kind sorts an error into the kinds of run.SQLError.
func (e engineError) kind() string {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(e.Message, p) {
				return true
			}
		}
		return false
	}
	switch {
	case e.Errno == "28", has("No space left on device", "max_temp_directory_size", "failed to offload data block"):
		return "disk_full"
	case e.Errno == "13", e.Errno == "30", e.Type == "Permission", has("attached in read-only mode", "in read-only mode", "Read-only file system", "Permission denied"):
		return "permission"
	case has("Could not set lock on file"):
		return "locked"
	}
	switch e.Type {
	case "Parser", "Syntax":
		return "syntax"
	case "Catalog", "Binder":
		switch {
		case e.Subtype == "COLUMN_NOT_FOUND", has("Referenced column", "Referenced table"):
			return "missing_column"
		case missingTable.MatchString(e.Message):
			return "missing_table"
		}
	case "Conversion", "Out of Range", "Decimal", "Mismatch Type", "Divide by Zero":
		return "conversion"
	case "Invalid Input":
		if has("Could not ", "Malformed JSON", "Failed to cast", "CSV Error") {
			return "conversion"
		}
	case "Out of Memory":
		return "out_of_memory"
	case "INTERRUPT", "Interrupt":
		return "interrupted"
	case "Constraint":
		return "constraint"
	case "TransactionContext", "Transaction":
		if has("onflict") {
			return "conflict"
		}
	}
	return "other"
}

// bearsValues reports whether the message may quote values of rows: it was raised while rows were computed. Errors of
// parsing and binding quote the statement only, and files and settings are no rows.
func (e engineError) bearsValues() bool {
	switch e.Type {
	case "Parser", "Syntax", "Catalog", "Binder", "Out of Memory", "INTERRUPT", "Interrupt", "TransactionContext", "Permission",
		"Dependency", "Missing Extension", "Settings", "Connection", "Parameter Not Resolved":
		return false
	case "IO":
		return strings.Contains(e.Message, "Original Line")
	case "Invalid Input":
		return !strings.Contains(e.Message, "attached in read-only mode") && !notParquet.MatchString(e.Message)
	}
	return true
}

// human is the message as a sentence: without the engine's tips that name settings kith keeps to itself, without what is
// in Candidates anyway.
func (e engineError) human(kind string) string {
	m := e.Message
	for _, tail := range []string{"\n\nPossible solutions:", "\nThis limit was set by", "\nCandidate bindings:", "\nCandidate tables:",
		"\n\tCandidate functions:", "\nDid you mean", " with expression CHECK(", ". See also http", "\nSee also http", "\nTo get usage information", "\n\nPlease try installing", "\n\nCandidate extensions:", "\nFor more info, visit", "\nExtension \""} {
		m, _, _ = strings.Cut(m, tail)
	}
	m = strings.TrimRight(strings.TrimSpace(m), "!.")
	switch kind {
	case "out_of_memory":
		return "DuckDB is out of memory: " + m
	case "disk_full":
		return "no room left for DuckDB's files: " + m
	case "interrupted":
		return "the statement was stopped"
	}
	return m
}

// names splits the candidates. Functions are given with their arguments, which hold commas too.
func (e engineError) names() []string {
	if e.Candidates == "" {
		return nil
	}
	var names []string
	depth, start := 0, 0
	for i, r := range e.Candidates {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			names = append(names, strings.TrimSpace(e.Candidates[start:i]))
			start = i + 1
		}
	}
	names = append(names, strings.TrimSpace(e.Candidates[start:]))
	// The engine offers its own tables when nothing of the user's is near.
	return slices.DeleteFunc(names, func(n string) bool {
		return strings.HasPrefix(n, "pg_") || strings.HasPrefix(n, "duckdb_") || strings.HasPrefix(n, "sqlite_")
	})
}

// besideError is the error of a file or folder of ours beside the engine's; what says what failed.
func besideError(what string, err error) error {
	out := &run.SQLError{Kind: "other", Offset: -1, Message: what, Cause: err}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		out.Message += ": " + errno.Error()
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		out.Kind, out.Fix = "permission", "make it writable for the user who runs this, or give the connection another path"
	case errors.Is(err, syscall.ENOSPC):
		out.Kind, out.Fix = "disk_full", "free disk space"
	}
	return out
}

var holderPID = regexp.MustCompile(`Conflicting lock is held in (.*?) ?\(PID ([0-9]+)\)`)

// openError is the error of opening the file.
func (c *Conn) openError(text string) error {
	err := c.sqlError(text, "")
	switch {
	case err.Kind == "locked":
		pid := 0
		if m := holderPID.FindStringSubmatch(text); m != nil {
			pid, _ = strconv.Atoi(m[2])
		}
		who := "another process"
		if h, ok := readHolder(c.config.Path, pid); ok {
			who = h.String()
		} else if pid != 0 {
			who = fmt.Sprintf("another process (PID %d)", pid)
		}
		err.Message = fmt.Sprintf("the database file %s is in use by %s; DuckDB lets one process at a time have it: wait until it is done, or stop it", c.config.Path, who)
	case strings.Contains(text, "different configuration"):
		err.Kind = "locked"
		err.Message = fmt.Sprintf("the database file %s is already open in this process with other settings", c.config.Path)
	case strings.Contains(text, "not a valid DuckDB database file"):
		err.Message = fmt.Sprintf("%s is not a DuckDB database file", c.config.Path)
	case strings.Contains(text, "database does not exist"):
		err.Message = fmt.Sprintf("there is no database file %s", c.config.Path)
	case err.Kind == "permission":
		err.Fix = fmt.Sprintf("make %s and its folder writable for the user who runs this, or give the connection another path", c.config.Path)
		if c.config.ReadOnly {
			err.Fix = fmt.Sprintf("make %s readable for the user who runs this", c.config.Path)
		}
	}
	return err
}
