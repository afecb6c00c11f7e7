package model

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/sqltext"
)

// checkExclude warns of an exclude filter whose condition is an AND or OR: reference SQL put NOT before it without brackets,
// so that only its first term was negated (observed.md section 5.4).
func (b *Builder) checkExclude(f *CohortFilter) {
	if !f.Exclude || f.Cond == nil || f.Cond.Opaque {
		return
	}
	if op := topOperator(f.Cond); op != "" {
		b.Diags.Warnf(diag.RExcludeMeaning, f.Cond.Rendered.Text.Span(), "exclude applies to the whole condition, not to the part before its first %s", op).
			WithFix("put brackets around the condition, or around what is to be excluded")
	}
}

// topOperator is the first AND or OR that joins the terms of a condition, "" when it is one term. The AND of BETWEEN and
// those inside CASE join none.
func topOperator(t *sqltext.Tree) string {
	between, cases := 0, 0
	for _, n := range t.Nodes {
		v, ok := n.(*sqltext.Verbatim)
		if !ok {
			continue
		}
		for _, w := range plainWords(v.Text.S) {
			switch {
			case w == "CASE":
				cases++
			case w == "END" && cases > 0:
				cases--
			case cases > 0:
			case w == "BETWEEN":
				between++
			case w == "AND" && between > 0:
				between--
			case w == "AND" || w == "OR":
				return w
			}
		}
	}
	return ""
}

// plainWords are the words of a text outside quotes, in capitals.
func plainWords(s string) []string {
	var out []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			out = append(out, strings.ToUpper(word.String()))
			word.Reset()
		}
	}
	quote := rune(0)
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			end()
			quote = r
		case r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			word.WriteRune(r)
		default:
			end()
		}
	}
	end()
	return out
}
