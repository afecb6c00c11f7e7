package naive

import (
	"fmt"
	"regexp"
	"strings"
)

// scope is what a template may name: parameters of a macro, bindings of with.
type scope struct {
	words map[string]string
	// entityVar and inputVar answer Var("x") and .x on a template object.
	object func(object, name string) (string, error)
	deref  func(path string) (string, error)
}

var (
	withTag   = regexp.MustCompile(`(?s)\{%-?\s*with\s+(.*?)-?%\}`)
	endWith   = regexp.MustCompile(`\{%-?\s*endwith\s*-?%\}`)
	binding   = regexp.MustCompile(`(\w+)\s*=\s*this\.DeRef\("([^"]+)"`)
	ifBlock   = regexp.MustCompile(`(?s)\{%-?\s*if\s+(.*?)\s*-?%\}(.*?)\{%-?\s*endif\s*-?%\}`)
	elseTag   = regexp.MustCompile(`\{%-?\s*(?:elif\s+(.*?)|else)\s*-?%\}`)
	callExpr  = regexp.MustCompile(`(?s)^(\w+)\((.*)\)$`)
	varCall   = regexp.MustCompile(`^(\w+)\.Var\(["'](\w+)["']\)$`)
	dotted    = regexp.MustCompile(`^(\w+)\.(\w+)$`)
	typeNames = map[string]string{"boolean": "boolean", "integer": "bigint", "float": "double", "text": "varchar", "timestamp": "timestamp"}
	typeCall  = regexp.MustCompile(`^warehouse\.DataType\("(\w+)"\)$`)
)

// render writes out a template. It understands the constructs this project uses and no others.
func (p *Project) render(text string, sc scope) (string, error) {
	words := map[string]string{}
	for k, v := range sc.words {
		words[k] = v
	}
	sc.words = words
	for _, tag := range withTag.FindAllStringSubmatch(text, -1) {
		for _, b := range binding.FindAllStringSubmatch(tag[1], -1) {
			name, err := sc.deref(b[2])
			if err != nil {
				return "", err
			}
			words[b[1]] = name
		}
	}
	text = endWith.ReplaceAllString(withTag.ReplaceAllString(text, ""), "")
	text = ifBlock.ReplaceAllStringFunc(text, func(block string) string {
		m := ifBlock.FindStringSubmatch(block)
		return branch(m[1], m[2])
	})
	var out strings.Builder
	for {
		i := strings.Index(text, "{{")
		if i < 0 {
			out.WriteString(text)
			return strings.TrimSpace(out.String()), nil
		}
		out.WriteString(text[:i])
		n := closing(text[i:])
		if n < 0 {
			return "", fmt.Errorf("no end of %q", text[i:])
		}
		v, err := p.eval(strings.TrimSpace(text[i+2:i+n-2]), sc)
		if err != nil {
			return "", err
		}
		out.WriteString(v)
		text = text[i+n:]
	}
}

// branch picks the part of an if whose condition holds on DuckDB in a run with an end time.
func branch(condition, body string) string {
	for {
		holds := strings.Contains(condition, "end_time|isnil")
		m := elseTag.FindStringSubmatchIndex(body)
		if holds && m == nil {
			return body
		}
		if holds {
			return body[:m[0]]
		}
		if m == nil {
			return ""
		}
		if m[2] < 0 {
			return body[m[1]:]
		}
		condition, body = body[m[2]:m[3]], body[m[1]:]
	}
}

// closing returns the length of the expression that text begins with, its braces included; quotes hide braces.
func closing(text string) int {
	var quote byte
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case strings.HasPrefix(text[i:], "}}"):
			return i + 2
		}
	}
	return -1
}

func (p *Project) eval(expr string, sc scope) (string, error) {
	if w, ok := sc.words[expr]; ok {
		return w, nil
	}
	if expr == "end_time_sql" {
		return "timestamp '" + p.EndTime + "'", nil
	}
	if expr == `end_time.Format("2006-01-02")` {
		return p.EndTime[:10], nil
	}
	if m := typeCall.FindStringSubmatch(expr); m != nil {
		return typeNames[m[1]], nil
	}
	if m := varCall.FindStringSubmatch(expr); m != nil {
		return sc.object(m[1], m[2])
	}
	if m := dotted.FindStringSubmatch(expr); m != nil {
		return sc.object(m[1], m[2])
	}
	name, arguments := expr, ""
	if m := callExpr.FindStringSubmatch(expr); m != nil {
		name, arguments = m[1], m[2]
	}
	return p.expand(name, arguments, sc)
}

// expand renders a macro. Its arguments are rendered first, where the call stands.
func (p *Project) expand(name, arguments string, sc scope) (string, error) {
	m, ok := p.macros[name]
	if !ok {
		return "", fmt.Errorf("no macro %q", name)
	}
	inner := scope{words: map[string]string{}, object: sc.object, deref: sc.deref}
	list := split(arguments)
	if len(list) != len(m.Inputs) {
		return "", fmt.Errorf("macro %s takes %d arguments, got %d", name, len(m.Inputs), len(list))
	}
	for i, a := range list {
		v := sc.words[a]
		if quote := a[0]; quote == '\'' || quote == '"' {
			var err error
			if v, err = p.render(a[1:len(a)-1], sc); err != nil {
				return "", err
			}
		}
		inner.words[m.Inputs[i]] = v
	}
	return p.render(m.Value, inner)
}

// split cuts an argument list at its commas; quotes hide commas.
func split(list string) []string {
	var out []string
	var quote byte
	start := 0
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ',':
			out = append(out, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	if rest := strings.TrimSpace(list[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}
