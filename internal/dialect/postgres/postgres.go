// Package postgres is the PostgreSQL dialect (15 and later): what it does differently from the shared printer. Sessions are
// expected to run in UTC, with standard_conforming_strings on.
package postgres

import (
	_ "embed"
	"strings"

	"kith/internal/dialect"
	"kith/internal/dialect/ansi"
	"kith/internal/rel"
	"kith/internal/sqltext"
)

// New returns the dialect. The topics named below are chapters of the PostgreSQL manual.
func New() dialect.Dialect {
	return ansi.New(&ansi.Engine{
		Name: "postgres",
		// "4.1.1 Identifiers and Key Words": names without quotes are folded to lower case.
		Fold: strings.ToLower,
		Bare: ansi.Bare(keywords, false),
		// "4.1.1": longer names are cut off, with no more than a notice.
		LongestName: 63,
		// "8 Data Types".
		Types: map[rel.Type]string{
			rel.Text: "text", rel.BigInt: "bigint", rel.Double: "double precision", rel.Bool: "boolean",
			rel.Timestamp: "timestamp", rel.Date: "date", rel.JSON: "jsonb",
		},
		Fns: map[rel.Fn]string{
			rel.Coalesce: "coalesce({*})",
			rel.NullIf:   "nullif({*})",
			// "9.4 String Functions": concat() skips NULLs, || does not.
			rel.Concat:     "({*||})",
			rel.Lower:      "lower({0})",
			rel.Trim:       "trim({0})",
			rel.CharLength: "length({0})",
			rel.Left_:      "left({*})",
			// Of the function list of hash support; 64 bits with a seed.
			rel.Bucket: "mod(hashtextextended({0}, 0) & 9223372036854775807, {1})",
			rel.Hash64: "hashtextextended({*})",
			// "9.18 Conditional Expressions": both skip NULLs.
			rel.Least:    "least({*})",
			rel.Greatest: "greatest({*})",
			// "9.9 Date/Time Operators".
			rel.Later: "({0.} + {1.} * interval '1 microsecond')",
			// "9.9.5 Current Date/Time": now() is when the transaction began, before it waited for a lock.
			rel.Now: "timezone('UTC', clock_timestamp())",
			// "9.24.6 Composite Type Comparison": as records, fields are compared in turn and NULL comes after every value;
			// plain row constructors compare to NULL instead.
		},
		Fn:  functions,
		Agg: aggregates,
		// "9.3 Mathematical Functions": / of integers cuts off, and a zero divisor is an error.
		Divide: "(CAST({0} AS double precision) / nullif({1}, 0))",
		// "CREATE TABLE: TEMPORARY".
		TempSchema: "pg_temp",
		// "CREATE TABLE: UNLOGGED": written without the log, empty after a crash of the server.
		ScratchWord: "UNLOGGED ",
		// "CREATE VIEW": the new query must have the columns of the old one, in order and of the same types, and may add more.
		GrowsViews: true,
		// "LOCK": a view is locked with all that it reads. "20.11 lock_timeout": below deadlock_timeout, which is a second and more, so
		// that it is never a reader that is ended.
		Lock: []string{"SET LOCAL lock_timeout = '250ms'", "LOCK TABLE {*} IN ACCESS EXCLUSIVE MODE"},
		// "FROM Clause": an alias is needed on every subquery before version 16.
		HoleAlias: true,
		// "COPY": files are those of the server.
		LoadsFiles: true,
		Prepare:    []func(w *ansi.Writer){collation, sha1, makeNormal},
		ByBytes:    byBytes,
		Collates:   collates,
	})
}

//go:embed sha1.sql
var sha1SQL string

//go:embed collation.sql
var collationSQL string

// sha1 writes the statement that makes the function kith_sha1 in kith's own schema, unless it is there.
func sha1(w *ansi.Writer) { prepared(w, sha1SQL) }

// collation writes the statement that makes the collation kith_binary there.
func collation(w *ansi.Writer) { prepared(w, collationSQL) }

// byBytes writes the collation behind a text. "24.2 Collation Support": a text that has one passes it on to what is made of it.
func byBytes(w *ansi.Writer) {
	w.Write(" COLLATE ")
	w.InternalSchema()
	w.Write("kith_binary")
}

// collates reports the types that have a collation, as format_type writes them ("8.3 Character Types").
func collates(t string) bool {
	name, _, _ := strings.Cut(t, "(")
	return name == "text" || name == "character varying" || name == "character"
}

func prepared(w *ansi.Writer, sql string) {
	before, after, _ := strings.Cut(strings.TrimRight(sql, "\n"), "{schema}")
	w.Write(before)
	w.String(w.Env().InternalSchema)
	w.Write(after)
}

func functions(w *ansi.Writer, f *rel.Func) bool {
	switch f.Fn {
	case rel.ByBytes:
		w.Write("(")
		w.Operand(f.Args[0])
		byBytes(w)
		w.Write(")")
	case rel.SHA1Hex:
		// "9.5 Binary String Functions": the core has SHA-2 only.
		w.InternalSchema()
		w.Template("kith_sha1({0})", f.Args)
	case rel.TrimSpaces, rel.LowerCase, rel.PlainLetters, rel.EmailAddress, rel.PhoneNumber:
		w.InternalSchema()
		w.Template(normalisers[f.Fn], f.Args)
	case rel.RegexFullMatch:
		fullMatch(w, f.Args[0], f.Args[1])
	case rel.ToTimestamp:
		if ansi.IsTimestamp(f.Args[0]) {
			w.Operand(f.Args[0])
			return true
		}
		// "8.5.1.3 Time Stamps": what has no zone of its own is taken in the session's, which is UTC.
		w.Template("timezone('UTC', CAST({0} AS timestamptz))", f.Args)
	default:
		return false
	}
	return true
}

// fullMatch anchors a pattern. A literal one, which is of the syntax that filters are written in, is written anew in that of the
// engine; what cannot be is left as it stands.
func fullMatch(w *ansi.Writer, x, pattern rel.Expr) {
	if lit, ok := pattern.(*rel.Lit); ok {
		if s, text := lit.Value.(string); text {
			w.Template("({0.} ~ {1})", []rel.Expr{x, rel.S(fullPattern(s))})
			return
		}
	}
	w.Template("({0.} ~ ('^(?:' || {1.} || ')$'))", []rel.Expr{x, pattern})
}

// aggregates prints those that Postgres 15 lacks, as the first element of an ordered array. "9.21 Aggregate Functions".
func aggregates(w *ansi.Writer, a *rel.Agg) bool {
	first := func(value rel.Expr, order []rel.Order, skip rel.Expr) {
		w.Write("(array_agg(")
		if untyped(value) {
			w.Write("coalesce(") // makes a text of a literal that has no type yet
			w.Arg(value)
			w.Write(")")
		} else {
			w.Arg(value)
		}
		if len(order) > 0 {
			w.Write(" ORDER BY ")
			w.Orders(order)
		}
		w.Write(")")
		w.Filter(skip, a.Filter)
		w.Write(")[1]")
	}
	switch a.Fn {
	case rel.AnyValue:
		first(a.Args[0], nil, rel.NotNull(a.Args[0]))
	case rel.LeastOf, rel.GreatestOf:
		// "9.21": there is no min(boolean) and no min(jsonb), while both types have an order.
		x := a.Args[0]
		first(x, []rel.Order{{Expr: x, Desc: a.Fn == rel.GreatestOf, NullsLast: true}}, rel.NotNull(x))
	case rel.FirstRow:
		first(a.Args[0], a.OrderBy, nil)
	default:
		return false
	}
	return true
}

// untyped reports a literal in quotes or NULL, which a function of any type of array does not take ("10.3 Functions").
func untyped(e rel.Expr) bool {
	switch e := e.(type) {
	case *rel.Lit:
		_, text := e.Value.(string)
		return text || e.Value == nil
	case *rel.User:
		s := strings.TrimSpace(sqltext.Print(e.Tree.Nodes))
		return strings.HasPrefix(s, "'") || strings.EqualFold(s, "null")
	}
	return false
}

// keywords are those of appendix C that are reserved, or that cannot be a function, type or column alias.
var keywords = ansi.Words(`
	all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
	character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
	current_role current_schema current_time current_timestamp current_user day dec decimal default deferrable desc
	distinct do else end except exists extract false fetch filter float for foreign freeze from full grant greatest
	group grouping having hour ilike in initially inner inout int integer intersect interval into is isnull join json
	lateral leading least left like limit localtime localtimestamp minute month national natural nchar none normalize not
	notnull null nullif numeric offset on only or order out outer over overlaps overlay placing position precision
	primary real references returning right row second select session_user setof similar smallint some substring
	symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using
	values varchar variadic varying verbose when where window with within without xmlattributes xmlconcat xmlelement
	xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable year
`)
