package siteconfig

import (
	"regexp"
	"strconv"

	"kith/internal/diag"
)

// duckdbKeys are the keys of an output of type duckdb.
var duckdbKeys = []string{"type", "path", "schema", "memory_limit", "threads", "temp_directory"}

var amount = regexp.MustCompile(`(?i)^\s*[0-9]+(\.[0-9]+)?\s*([kmgt]i?b|bytes?|b)\s*$`)

// duckdb reads the keys of an output of type duckdb. Without a path it is the file of the default output.
func (f *File) duckdb(out *Output, project string, list *diag.List) {
	b := out.Settings
	f.singleValues(out, duckdbKeys, list)
	d := &DuckDB{MemoryLimit: b.Text("memory_limit")}
	switch path := b.Text("path"); path {
	case "":
		d.Path = Request{Project: project}.embedded().DuckDB.Path
	case ":memory:":
		d.Path = path
	default:
		d.Path = expand(path, project)
	}
	if d.MemoryLimit != "" && !amount.MatchString(d.MemoryLimit) {
		list.Errorf(diag.SiteValue, b.At("memory_limit"), "memory_limit %q is no amount with a unit", d.MemoryLimit).WithFix("write it like 4GB")
	}
	if t := b.Text("threads"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			list.Errorf(diag.SiteValue, b.At("threads"), "threads %q is no number above 0", t)
		}
		d.Threads = n
	}
	if t := b.Text("temp_directory"); t != "" {
		d.TempDirectory = expand(t, project)
	}
	if out.Schema == "" {
		out.Schema = "main"
	}
	out.DuckDB = d
}
