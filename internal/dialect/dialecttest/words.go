package dialecttest

import (
	"strings"

	"kith/internal/sqltext"
)

// Words is a sqltext.Parser for tests that may not link an engine. It takes every word for a column that is no keyword, no
// type after "::" and not followed by a bracket, and every word before a bracket for a call. It never finds a mistake.
type Words struct{}

var keywords = set(`select from where group by order desc asc nulls first last filter over partition rows range between
	unbounded preceding following current row and or not is null in case when then else end as distinct ignore respect
	timestamp date interval true false within cast with on join left limit exists like using union all having`)

var aggregates = set(`sum count min max avg array_agg string_agg any_value arg_max bool_or listagg percentile_cont`)

var windows = set(`first_value last_value nth_value row_number rank lag lead`)

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// IsAggregate knows the common aggregates.
func (Words) IsAggregate(name string) bool { return aggregates[name] }

// IsWindow knows the common window functions.
func (Words) IsWindow(name string) bool { return windows[name] }

// Parse reads words.
func (Words) Parse(statements []string) ([]sqltext.Parsed, error) {
	out := make([]sqltext.Parsed, len(statements))
	for i, s := range statements {
		out[i] = parse(s)
	}
	return out, nil
}

func word(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// parse reads one statement. Brackets that open a SELECT hide their columns, as subqueries do.
func parse(s string) sqltext.Parsed {
	p := sqltext.Parsed{Bare: true, ErrOffset: -1}
	depth, hidden := 0, -1
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\'':
			i += 1 + strings.IndexByte(s[i+1:], '\'') + 1
		case c == '-' && strings.HasPrefix(s[i:], "--"):
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case c == '(':
			depth++
			i++
			if depth > 1 && hidden < 0 && strings.HasPrefix(strings.ToLower(strings.TrimSpace(s[i:])), "select") {
				hidden = depth
				p.Subqueries = true
			}
		case c == ')':
			if depth == hidden {
				hidden = -1
			}
			depth--
			i++
		case c == '"' || word(c) && (c < '0' || c > '9'):
			i = names(s, i, hidden >= 0, &p)
		case word(c):
			for i < len(s) && (word(s[i]) || s[i] == '.') {
				i++
			}
		default:
			i++
		}
	}
	return p
}

// names reads a chain of names at i and returns the offset after it.
func names(s string, i int, hidden bool, p *sqltext.Parsed) int {
	start := i
	var parts []string
	quoted := false
	for {
		from := i
		if s[i] == '"' {
			quoted = true
			i++
			for i < len(s) && s[i] != '"' {
				i++
			}
			parts = append(parts, s[from+1:i])
			i++
		} else {
			for i < len(s) && word(s[i]) {
				i++
			}
			parts = append(parts, s[from:i])
		}
		if i+1 < len(s) && s[i] == '.' && (s[i+1] == '"' || word(s[i+1])) {
			i++
			continue
		}
		break
	}
	low := strings.ToLower(parts[0])
	switch {
	case len(parts) == 1 && !quoted && keywords[low]:
	case i < len(s) && s[i] == '(':
		p.Calls = append(p.Calls, sqltext.CallRef{Offset: start, Name: low, InSubquery: hidden})
	case strings.HasSuffix(s[:start], "::") || hidden:
	default:
		p.Columns = append(p.Columns, sqltext.ColumnRef{Offset: start, Parts: parts})
	}
	return i
}
