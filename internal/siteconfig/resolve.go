package siteconfig

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Request is what to look up.
type Request struct {
	// Connection is the name that the project gives, with its place.
	Connection source.At[string]
	// Target is the output chosen with -t, "" for the connection's own.
	Target string
	// Project is the project's directory: relative paths of databases start there.
	Project string
	// Env looks up an environment variable; nil is os.LookupEnv.
	Env func(name string) (string, bool)
}

// Output is the warehouse to use.
type Output struct {
	// Connection and Target are the names it was found under.
	Connection, Target string
	// Type is the type of warehouse in lower case ("duckdb", "snowflake").
	Type string
	// Schema is the schema or dataset to publish to.
	Schema string
	// DuckDB is set for that type.
	DuckDB *DuckDB
	// Postgres is set for that type.
	Postgres *Postgres
	// Settings are all keys of the block, nil for the default output.
	Settings *Block
	// Default tells that nothing was configured.
	Default bool
	// At is where the output is configured, zero for the default.
	At source.Span
}

// DuckDB are the settings of an output of type duckdb.
type DuckDB struct {
	// Path is absolute, or ":memory:".
	Path string
	// MemoryLimit is an amount with a unit, "" for the engine's choice.
	MemoryLimit string
	// Threads is 0 for the engine's choice.
	Threads int
	// TempDirectory is absolute, "" for beside the file.
	TempDirectory string
}

// Types are the types of output that kith knows.
var Types = []string{"duckdb", "postgres", "snowflake", "bigquery", "redshift", "databricks", "spark", "clickhouse", "trino"}

// DefaultTarget is the target of the embedded warehouse that is used when nothing is configured.
const DefaultTarget = "dev"

// Resolve finds the output of a connection. A nil file, or a connection that the file does not name, gives the embedded
// warehouse in the project's folder and a note that says so. Only the chosen output is looked at: a variable that another
// one needs may be missing.
func (f *File) Resolve(r Request) (Output, diag.List) {
	if r.Env == nil {
		r.Env = os.LookupEnv
	}
	var list diag.List
	if f == nil {
		out := r.embedded()
		list.Notef(diag.SiteDefaultOutput, r.Connection.Span, "connection %q is not configured; the embedded warehouse %s is used", r.Connection.Value, out.DuckDB.Path).
			WithFix("kith init connection configures another warehouse")
		return out, list
	}
	connections := f.pairs(f.root.Get("connections"), "connections", &list)
	block := find(connections, r.Connection.Value)
	if block == nil {
		if list.HasErrors() {
			return Output{}, list
		}
		out := r.embedded()
		d := list.Notef(diag.SiteDefaultOutput, r.Connection.Span, "connection %q is not in %s; the embedded warehouse %s is used", r.Connection.Value, f.Path, out.DuckDB.Path)
		if near := diag.Nearest(r.Connection.Value, names(connections)); near != "" {
			d.WithFix("did you mean %q?", near)
		} else {
			d.WithFix("kith init connection adds it")
		}
		return out, list
	}
	if block.Kind != source.MapNode {
		list.Errorf(diag.SiteShape, f.span(block.Span), "connection %s is a map with target and outputs", r.Connection.Value)
		return Output{}, list
	}
	return f.output(r, block, &list), list
}

// embedded is the output without configuration.
func (r Request) embedded() Output {
	target := r.Target
	if target == "" {
		target = DefaultTarget
	}
	return Output{
		Connection: r.Connection.Value, Target: target, Type: "duckdb", Schema: "main", Default: true,
		DuckDB: &DuckDB{Path: filepath.Join(r.Project, ".kith", "warehouse.duckdb")},
	}
}

// pairs are the pairs of a map; nothing for an absent one, a mistake for what is no map.
func (f *File) pairs(n *source.Node, what string, list *diag.List) []source.Pair {
	switch {
	case n == nil || n.Kind == source.NullNode:
		return nil
	case n.Kind != source.MapNode:
		list.Errorf(diag.SiteShape, f.span(n.Span), "%s is a map of names", what)
		return nil
	}
	return n.Pairs
}

func find(pairs []source.Pair, name string) *source.Node {
	for _, p := range pairs {
		if p.Key.Value == name {
			return p.Value
		}
	}
	return nil
}

func names(pairs []source.Pair) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p.Key.Value)
	}
	return out
}

// output picks the output of a connection and reads it.
func (f *File) output(r Request, connection *source.Node, list *diag.List) Output {
	outputs := f.pairs(connection.Get("outputs"), "outputs of connection "+r.Connection.Value, list)
	if len(outputs) == 0 {
		if !list.HasErrors() {
			list.Errorf(diag.SiteShape, f.span(connection.Span), "connection %s has no outputs", r.Connection.Value).
				WithFix("add a map of outputs, one for each target")
		}
		return Output{}
	}
	target, at := r.Target, r.Connection.Span
	if n := connection.Get("target"); target == "" && n != nil && n.Kind == source.ScalarNode {
		res := resolver{f, r.Env, list}
		target, at = res.value(n.Text.S, f.span(n.Span), false), f.span(n.Span)
	}
	if target == "" {
		if len(outputs) > 1 {
			list.Errorf(diag.SiteNoTarget, f.span(connection.Span), "connection %s has the outputs %s and no target that picks one", r.Connection.Value, strings.Join(names(outputs), ", ")).
				WithFix("add target: %s, or give -t", outputs[0].Key.Value)
			return Output{}
		}
		target = outputs[0].Key.Value
	}
	block := find(outputs, target)
	if block == nil {
		d := list.Errorf(diag.SiteUnknownTarget, at, "connection %s has no output %q; it has %s", r.Connection.Value, target, strings.Join(names(outputs), ", "))
		if near := diag.Nearest(target, names(outputs)); near != "" {
			d.WithFix("did you mean %q?", near)
		}
		d.WithAlso(f.span(outputs[0].Key.Span), "outputs")
		return Output{}
	}
	if block.Kind != source.MapNode {
		list.Errorf(diag.SiteShape, f.span(block.Span), "output %s is a map with a type", target)
		return Output{}
	}
	res := resolver{f, r.Env, list}
	out := Output{Connection: r.Connection.Value, Target: target, Settings: res.block(block), At: f.span(block.Span)}
	out.Schema = out.Settings.Text("schema")
	out.Type = f.typeOf(&out, list)
	switch out.Type {
	case "duckdb":
		f.duckdb(&out, r.Project, list)
	case "postgres":
		f.postgres(&out, list)
	}
	return out
}

func (f *File) typeOf(out *Output, list *diag.List) string {
	given := out.Settings.Text("type")
	t := strings.ToLower(given)
	if slices.Contains(Types, t) {
		return t
	}
	if given == "" {
		list.Errorf(diag.SiteUnknownType, out.At, "output %s has no type; it is one of %s", out.Target, strings.Join(Types, ", "))
		return ""
	}
	d := list.Errorf(diag.SiteUnknownType, out.Settings.At("type"), "output %s is of type %q, which is none of %s", out.Target, given, strings.Join(Types, ", "))
	if near := diag.Nearest(given, Types); near != "" {
		d.WithFix("did you mean %q?", near)
	}
	return ""
}
