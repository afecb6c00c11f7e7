package project

import (
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
	"kith/internal/template"
)

// queryFix is the way out of mistakes of a query that was typed, where those for keys of a project do not fit.
var queryFix = map[diag.Code]string{
	diag.SQLEmpty:          "write one SELECT",
	diag.SQLManyStatements: "ask one query at a time",
	diag.SQLParameter:      "write the value in its place",
	diag.SQLBytes:          "write the query in UTF-8",
}

// CheckQuery reports a query that is anything but one statement that returns rows. Whatever passes changes nothing: opening
// the warehouse for reading keeps tables safe, but not the files that a COPY writes.
func (p *Project) CheckQuery(q Query) diag.List {
	parser := p.Leaves.Parser(p.CacheDir)
	defer parser.Close() // the cache is an optimisation
	at := q.Text.Span()
	if at.File == nil {
		at = source.Span{File: source.NewFile(QueryFile, nil)}
	}
	_, diags := sqltext.ParseAll([]sqltext.Item{{Rendered: template.Rendered{Text: q.Text}, Kind: sqltext.Query, What: "the query", At: at}}, parser)
	for i := range diags {
		if fix, ok := queryFix[diags[i].Code]; ok {
			diags[i].Fix = fix
		}
	}
	return diags
}
