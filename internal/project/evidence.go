package project

import (
	"regexp"
	"slices"
	"strings"

	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext/portable"
)

// evidence is what a project that names no dialect tells about the one it is written in: its SQL, as it stands in the files, and
// signs beside it.
type evidence struct {
	texts []string
	signs []portable.Sign
	// others are texts for every type of warehouse that is not named beside them; asks tells that a template asks for the type.
	others []string
	asks   bool
}

// guesses are the dialects that the project may be written in, the likeliest first; here is that of the engine the SQL is printed
// for, which it is in when nothing tells otherwise.
func (e evidence) guesses(here string) []portable.Guessed {
	out := portable.Guess(e.texts, e.signs...)
	if len(out) == 0 {
		out = portable.Guess(e.others)
	}
	if len(out) > 0 {
		return out
	}
	out = []portable.Guessed{{Dialect: here}}
	if e.asks { // there may be no branch for the engine here
		out = append(out, portable.Guessed{Dialect: "snowflake", Why: "its templates have no branch for " + here})
	}
	return out
}

func evidenceOf(p *spec.Project) evidence {
	var e evidence
	e.add(p)
	if d := named(p.Connection.Value); d != "" {
		e.signs = append(e.signs, portable.Sign{Dialect: d, What: "its connection is called " + p.Connection.Value, Weight: 4})
	}
	return e
}

func (e *evidence) add(p *spec.Project) {
	add := func(ts ...source.Text) {
		for _, t := range ts {
			if t.S != "" {
				e.text(t.S)
			}
		}
	}
	for _, i := range p.Inputs {
		add(i.Where)
		e.table(i.Table.Value)
		for _, id := range i.IDs {
			add(id.Select)
		}
	}
	for _, m := range p.Models {
		for _, key := range []string{"single_sql", "multi_sql"} {
			if n := m.Spec.Get(key); n != nil {
				add(n.Text)
			}
		}
	}
	for _, g := range p.VarGroups {
		for _, v := range g.Vars {
			add(v.Select, v.Where, v.DefaultValue)
			if v.Window != nil {
				add(v.Window.PartitionBy...)
				add(v.Window.OrderBy...)
			}
		}
	}
	for _, m := range p.Macros {
		add(m.Value)
	}
	for _, i := range p.Imports {
		e.add(i.Project)
	}
}

// text takes a text without what it says for one type of warehouse and not another: a library of macros has branches for all.
func (e *evidence) text(s string) {
	outside, others := withoutSwitches(s)
	e.asks = e.asks || strings.Contains(s, "DatabaseType")
	e.texts, e.others = append(e.texts, outside), append(e.others, others)
}

// table takes the spelling of a table's name: BigQuery's projects have hyphens, and it and Databricks quote with back-ticks.
func (e *evidence) table(name string) {
	switch {
	case strings.Contains(name, "`"):
		e.texts = append(e.texts, name)
	case hyphenated.MatchString(name):
		e.signs = append(e.signs, portable.Sign{Dialect: "bigquery", What: "a table is called " + name, Weight: 3})
	}
}

var hyphenated = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+\.\w+\.\w+$`)

// named is the dialect whose name, or a common short form of it, is a word of a connection's name; "" for none.
func named(connection string) string {
	for _, w := range regexp.MustCompile(`[a-z]+`).FindAllString(strings.ToLower(connection), -1) {
		if d := connectionWords[w]; d != "" {
			return d
		}
	}
	return ""
}

var connectionWords = map[string]string{
	"snowflake": "snowflake", "snow": "snowflake", "redshift": "redshift", "bigquery": "bigquery", "bq": "bigquery",
	"databricks": "databricks", "dbx": "databricks", "postgres": "postgres", "postgresql": "postgres",
}

var branchTag = regexp.MustCompile(`\{%-?\s*(if|elif|else|endif)\b(?:[^%]|%[^}])*%\}`)

var aboutDialect = regexp.MustCompile(`DatabaseType|["'](?:snowflake|redshift|bigquery|databricks|postgres)["']`)

// withoutSwitches is a template's text without the branches of conditions on the type of the warehouse, and what stands in
// their else branches.
func withoutSwitches(s string) (outside, others string) {
	if !strings.Contains(s, "DatabaseType") {
		return s, ""
	}
	var out, rest strings.Builder
	type condition struct{ asks, last bool }
	var open []condition
	from := 0
	text := func(to int) {
		asking := slices.IndexFunc(open, func(c condition) bool { return c.asks })
		switch {
		case asking < 0:
			out.WriteString(s[from:to])
		case open[asking].last && !slices.ContainsFunc(open[asking+1:], func(c condition) bool { return c.asks }):
			rest.WriteString(s[from:to])
		}
	}
	for _, m := range branchTag.FindAllStringSubmatchIndex(s, -1) {
		tag, word := s[m[0]:m[1]], s[m[2]:m[3]]
		text(m[0])
		from = m[1]
		if word == "if" {
			open = append(open, condition{})
		}
		if len(open) == 0 {
			continue
		}
		c := &open[len(open)-1]
		switch word {
		case "else":
			c.last = true
		case "endif":
			open = open[:len(open)-1]
		default:
			c.asks = c.asks || aboutDialect.MatchString(tag)
		}
	}
	text(len(s))
	return out.String(), rest.String()
}
