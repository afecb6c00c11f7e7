package project

import (
	"slices"
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/spec"
)

// furtherMistakes resolves a project whose files have mistakes, without a warehouse, and returns the errors that do not
// follow from them.
func (p *Project) furtherMistakes(loaded diag.List) diag.List {
	if len(p.Leaves.Dialects) == 0 {
		return nil
	}
	_, resolved, err := p.Resolve(Settings{Dialect: p.Leaves.Dialects[0].Name(), EndTime: time.Unix(0, 0).UTC()})
	if err != nil {
		return nil // the mistakes of the files are worth showing alone
	}
	broken := p.broken(loaded)
	var out diag.List
	for _, d := range resolved {
		switch {
		case d.Severity != diag.Error, d.At.IsZero(): // only due to what is missing
		case partly(p.Spec) && slices.Contains(ofNames, d.Code): // it may stand in what could not be read
		case slices.ContainsFunc(broken, func(s source.Span) bool { return inside(d.At, s) }):
		default:
			out = append(out, d)
		}
	}
	return out
}

// partly reports whether a file or a package of a project could not be read.
func partly(p *spec.Project) bool {
	return len(p.Unread) > 0 || len(p.Imports) < len(p.Packages) ||
		slices.ContainsFunc(p.Imports, func(i *spec.Import) bool { return partly(i.Project) })
}

// broken are the items that have mistakes.
func (p *Project) broken(l diag.List) []source.Span {
	items := p.items()
	var out []source.Span
	for _, d := range l {
		if d.Severity == diag.Error {
			out = append(out, innermost(items, d.At))
		}
	}
	return out
}

// printMistakes writes what is whole of a project with mistakes, and returns what the dialect cannot say, as far as it does
// not follow from them.
func (p *Project) printMistakes(l *lower.Result, d dialect.Dialect, s Settings, said diag.List) diag.List {
	broken := p.broken(said)
	var out diag.List
	for _, st := range l.Steps {
		if rel.Check(st.Program) != nil {
			continue // a part is missing
		}
		_, list := d.Print(st.Program, s.Env)
		for _, m := range list {
			if m.Severity == diag.Error && !m.At.IsZero() && !slices.ContainsFunc(broken, func(b source.Span) bool { return inside(m.At, b) }) {
				out = append(out, m)
			}
		}
	}
	return out
}

// ofNames are the codes of names that nothing has.
var ofNames = []diag.Code{diag.RUnknownIDType, diag.RUnknownEntity, diag.RUnknownPath, diag.RUnknownVar, diag.RNoEdges, diag.RNoIDs, diag.RDeRef,
	diag.RVarOutOfScope, diag.RUnknownColumn, diag.TemplateUnknownName, diag.TemplateNoMember}

// items are the spans of everything that is declared by itself.
func (p *Project) items() []source.Span {
	var out []source.Span
	s := p.Spec
	for _, x := range s.Entities {
		out = append(out, x.Span)
	}
	for _, x := range s.IDTypes {
		out = append(out, x.Span)
	}
	for _, x := range s.Inputs {
		out = append(out, x.Span)
	}
	for _, x := range s.Models {
		out = append(out, x.Span)
	}
	for _, x := range s.Macros {
		out = append(out, x.Span)
	}
	for _, g := range s.VarGroups {
		out = append(out, g.Span)
		for _, v := range g.Vars {
			out = append(out, v.Span)
		}
	}
	return out
}

// innermost is the smallest item around a place, the place itself when there is none.
func innermost(items []source.Span, at source.Span) source.Span {
	best := at
	found := false
	for _, s := range items {
		if inside(at, s) && (!found || s.End-s.Start < best.End-best.Start) {
			best, found = s, true
		}
	}
	return best
}

func inside(at, s source.Span) bool {
	return at.File != nil && at.File == s.File && at.Start >= s.Start && at.End <= s.End
}
