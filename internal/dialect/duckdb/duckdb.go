// Package duckdb is the DuckDB dialect: what DuckDB 1.5 does differently from the shared printer.
package duckdb

import (
	"strings"

	"kith/internal/dialect"
	"kith/internal/dialect/ansi"
	"kith/internal/rel"
)

// New returns the dialect. The topics named below are pages of DuckDB's documentation.
func New() dialect.Dialect {
	return ansi.New(&ansi.Engine{
		Name: "duckdb",
		// "Keywords and Identifiers": names keep their letters and are compared without regard to case.
		Fold: func(name string) string { return name },
		Bare: ansi.Bare(keywords, true),
		// "Data Types: Overview".
		Types: map[rel.Type]string{
			rel.Text: "VARCHAR", rel.BigInt: "BIGINT", rel.Double: "DOUBLE", rel.Bool: "BOOLEAN",
			rel.Timestamp: "TIMESTAMP", rel.Date: "DATE", rel.JSON: "JSON",
		},
		Fns: map[rel.Fn]string{
			rel.Coalesce: "coalesce({*})",
			rel.NullIf:   "nullif({*})",
			// "Text Functions": concat() skips NULLs, || does not.
			rel.Concat:     "({*||})",
			rel.Lower:      "lower({0})",
			rel.Trim:       "trim({0})",
			rel.CharLength: "length({0})",
			rel.Left_:      "left({*})",
			rel.SHA1Hex:    "sha1({0})",
			// "Utility Functions": hash() is unsigned; through BIT its 64 bits become a BIGINT, where a plain cast overflows.
			rel.Bucket: "CAST(hash({0}) % {1} AS BIGINT)",
			// The seed goes before the text: hash() of two values mixes the hashes of each, so that texts with one hash would have one
			// under every seed.
			rel.Hash64: "CAST(CAST(hash(({1.} || ':' || {0.})) AS BIT) AS BIGINT)",
			// "Regular Expressions".
			rel.RegexFullMatch: "regexp_full_match({*})",
			// "Numeric Functions": both skip NULLs.
			rel.Least:    "least({*})",
			rel.Greatest: "greatest({*})",
			// "Collations": the default one is binary.
			rel.ByBytes: "{0.}",
			// "Interval Functions".
			rel.Later: "({0.} + to_microseconds({1}))",
			// "Timestamp with Time Zone Functions": now() is when the transaction began.
			rel.Now: "timezone('UTC', now())",
			// "Struct Functions": row() compares field by field, NULL after every value.
		},
		Fn: functions,
		// "Aggregate Functions": arg_min() skips rows whose value is NULL, arg_min_null() keeps them.
		Agg: firstRow,
		// "Numeric Operators": / is true division; a zero divisor gives an infinity or NULL, as a setting has it.
		Divide: "({0.} / nullif({1}, 0))",
		// "CREATE TABLE: Temporary Tables".
		TempSchema: "temp",
		// "ATTACH": an in-memory database, which the connection attaches. What is in it is spilled when memory is short ("Larger-than-
		// Memory Workloads") and never compressed or written to the file, which costs half of making a table of texts.
		ScratchCatalog: dialect.ScratchCatalog,
		// "CREATE TABLE: CREATE OR REPLACE", "CREATE VIEW".
		ReplacesTables: true,
		ReplacesViews:  true,
		// "FROM and JOIN Clauses: Semi and Anti Joins".
		SemiJoins: true,
		// "Star Expression: EXCLUDE Clause".
		StarExcept: "EXCLUDE",
		// "Window Functions": between the brackets only.
		IgnoreNulls: true,
		// "ORDER BY Clause": NULLS LAST by default.
		NullsLast: true,
		// "MERGE INTO".
		MergeByName: true,
		File:        file,
		Prepare:     macros(),
	})
}

// firstRow prints FirstRow as the value at the least sort key, which is made of all terms of the order with their directions.
// "Aggregate Functions: arg_min_null", "Utility Functions: create_sort_key". Comparing one blob costs half of comparing a row.
func firstRow(w *ansi.Writer, a *rel.Agg) bool {
	if a.Fn != rel.FirstRow {
		return false
	}
	w.Write("arg_min_null(")
	w.Arg(a.Args[0])
	w.Write(", create_sort_key(")
	for i, o := range a.OrderBy {
		if i > 0 {
			w.Write(", ")
		}
		w.Arg(o.Expr)
		direction, nulls := "ASC", "FIRST"
		if o.Desc {
			direction = "DESC"
		}
		if o.NullsLast {
			nulls = "LAST"
		}
		w.Write(", '" + direction + " NULLS " + nulls + "'")
	}
	w.Write("))")
	w.Filter(a.Filter)
	return true
}

func functions(w *ansi.Writer, f *rel.Func) bool {
	if f.Fn == rel.ToTimestamp {
		timestamps(w, f)
		return true
	}
	if call, ok := normalisers[f.Fn]; ok {
		w.InternalSchema()
		w.Template(call, f.Args)
		return true
	}
	return false
}

// timestamps prints ToTimestamp. typeof() of a column is folded while planning, so that only the branch of the column's
// type is left; each branch binds for every type. "Timestamp Types": a cast of text to TIMESTAMP drops an offset that the
// text may end in, so such text goes through TIMESTAMPTZ; text without one must not, or it would be taken for local time.
func timestamps(w *ansi.Writer, f *rel.Func) {
	if ansi.IsTimestamp(f.Args[0]) {
		w.Operand(f.Args[0])
		return
	}
	w.Template("CASE typeof({0})"+
		" WHEN 'TIMESTAMP WITH TIME ZONE' THEN timezone('UTC', TRY_CAST({0} AS TIMESTAMPTZ))"+
		" WHEN 'VARCHAR' THEN CASE WHEN regexp_matches(CAST({0} AS VARCHAR), ':.*[-+A-Za-z]')"+
		" THEN timezone('UTC', CAST(CAST({0} AS VARCHAR) AS TIMESTAMPTZ)) ELSE CAST(CAST({0} AS VARCHAR) AS TIMESTAMP) END"+
		" ELSE CAST({0} AS TIMESTAMP) END", f.Args)
}

// file prints the readers of "CSV Import", "Parquet" and "JSON". The types of a CSV are taken from the whole file: a
// sample could miss the one row that is no number.
func file(w *ansi.Writer, f *rel.File) bool {
	// A path is a glob pattern; a bracket pair of one character stands for the character itself.
	path := strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(f.Path)
	switch f.Format {
	case "csv":
		w.Write("read_csv(")
		w.String(path)
		w.Write(", header = true, all_varchar = false, sample_size = -1)")
	case "parquet":
		w.Write("read_parquet(")
		w.String(path)
		w.Write(")")
	case "json":
		w.Write("read_json_auto(")
		w.String(path)
		w.Write(")")
	default:
		return false
	}
	return true
}

// keywords are the words of duckdb_keywords() that are not free for every use. "Keywords and Identifiers".
var keywords = ansi.Words(`
	all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default
	deferrable desc describe distinct do else end except false fetch for foreign from group having in initially intersect
	into lambda lateral leading limit not null offset on only or order pivot pivot_longer pivot_wider placing primary
	qualify references returning select show some summarize symmetric table then to trailing true union unique unpivot
	using variadic when where window with

	anti asof at authorization binary by collation columns concurrently cross freeze full generated glob ilike inner is
	isnull join left like map natural notnull outer overlaps positional right semi similar struct tablesample try_cast
	unpack verbose

	between bigint bit boolean char character coalesce dec decimal exists extract float grouping grouping_id inout int
	integer interval national nchar none nullif numeric out overlay position precision real row setof smallint substring
	time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
	xmlpi xmlroot xmlserialize xmltable
`)
