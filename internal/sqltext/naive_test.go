package sqltext

import (
	"strings"
)

// naiveParser accepts everything and takes each name before a bracket for a call and each other name chain for a column.
// It stands for an engine where a test is about the tree alone.
type naiveParser struct {
	asked int // how many statements were asked about
	err   map[string]Parsed
	fail  error
}

func (n *naiveParser) Parse(statements []string) ([]Parsed, error) {
	if n.fail != nil {
		return nil, n.fail
	}
	var out []Parsed
	for _, s := range statements {
		n.asked++
		if p, ok := n.err[s]; ok {
			out = append(out, p)
			continue
		}
		out = append(out, naive(s))
	}
	return out, nil
}

func (*naiveParser) IsAggregate(name string) bool { return name == "sum" || name == "count" }
func (*naiveParser) IsWindow(name string) bool    { return name == "rank" }

func naive(s string) Parsed {
	p := Parsed{Bare: true}
	toks := lex(s)
	for i, t := range toks {
		if t.kind != tokIdent && t.kind != tokQuoted {
			continue
		}
		word := s[t.start:t.end]
		if i+1 < len(toks) && toks[i+1].kind == tokOpen {
			p.Calls = append(p.Calls, CallRef{Offset: t.start, Name: strings.ToLower(unquote(word))})
			continue
		}
		if strings.HasPrefix(strings.ToLower(word), "c") || t.kind == tokQuoted {
			p.Columns = append(p.Columns, ColumnRef{Offset: t.start, Parts: []string{unquote(word)}})
		}
	}
	return p
}
