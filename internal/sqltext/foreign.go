package sqltext

import (
	"fmt"
	"strings"
)

// foreignFix is the way out when the text has another engine's syntax at or near token i (-1: anywhere); "" when nothing
// is recognised.
func foreignFix(l *lexed, i int) string {
	n := len(l.toks)
	for _, t := range l.toks {
		for _, q := range []string{"\u2018", "\u2019", "\u201c", "\u201d"} {
			if t.kind == tokIdent && strings.Contains(l.s[t.start:t.end], q) {
				return `replace curly quotes by ' for texts and " for names`
			}
		}
	}
	for k := range l.toks {
		switch {
		case strings.HasPrefix(l.str(k), "`"):
			return "backticks quote names in BigQuery and Databricks; write \"name\" here"
		case l.is(k, "{") && l.is(k+1, "{"), l.is(k, "{") && k+1 < n && strings.HasPrefix(l.str(k+1), "%"):
			return "a template was left in the text; check its quotes and brackets"
		case strings.HasPrefix(l.str(k), "//") && k == i:
			return "comments begin with -- or stand between /* and */"
		case strings.HasPrefix(l.str(k), "#") && k == i:
			return "comments begin with -- or stand between /* and */"
		}
	}
	if i < 0 {
		for k := range l.toks {
			if _, ok := l.words(k, n, "within", "group"); ok {
				return "write the order inside the brackets: f(x order by y)"
			}
		}
		return ""
	}
	prev := l.prev(i, 0)
	switch {
	case l.is(prev, "-") && l.toks[i].kind == tokNumber && l.is(l.prev(prev, 0), "interval"),
		l.toks[max(prev, 0)].kind == tokNumber && l.is(l.prev(prev, 0), "-") && l.is(l.prev(l.prev(prev, 0), 0), "interval"):
		return "put a signed number in brackets: interval (-7) day"
	case l.is(prev, "top"):
		return "TOP is SQL Server's and Snowflake's; write LIMIT at the end"
	case l.is(l.prev(prev, 0), "except") && l.is(prev, "("), l.is(prev, "except"):
		return "EXCEPT after a star is BigQuery's and Databricks'; write * EXCLUDE (name)"
	case l.after(i, "minus"):
		return "MINUS between queries is Snowflake's and Oracle's; write EXCEPT"
	case l.after(i, "any"), l.after(i, "all"):
		return "a list of patterns after ANY or ALL is Snowflake's; write (x like 'a' or x like 'b')"
	case l.is(i, ">") && l.generic(i), l.is(l.next(i+1, n), "<") && l.container(i):
		return "types in angle brackets are BigQuery's and Spark's; write type[] and struct(name type)"
	case l.is(i, "ignore"), l.is(i, "respect"):
		return "write IGNORE NULLS inside the brackets, or OVER after it"
	case l.toks[i].kind == tokString && prev >= 0 && l.toks[prev].end == l.toks[i].start && (l.is(prev, "r") || l.is(prev, "rb")):
		return "raw strings r'...' are BigQuery's; a backslash is an ordinary character in '...' here"
	case l.is(i, "@"), l.is(prev, "@"):
		return "stages and variables with @ have no meaning here; use an input or a template variable"
	}
	return ""
}

// after reports whether one of the three tokens with a meaning before token i is the word.
func (l *lexed) after(i int, w string) bool {
	for k := 0; k < 3; k++ {
		if i = l.prev(i, 0); i < 0 {
			return false
		}
		if l.is(i, w) {
			return true
		}
	}
	return false
}

// generic reports whether the > at token i closes "array<", "struct<" or "map<".
func (l *lexed) generic(i int) bool {
	for j := i - 1; j > 0; j-- {
		if l.is(j, "<") {
			return l.container(l.prev(j, 0))
		}
	}
	return false
}

func (l *lexed) container(i int) bool { return l.is(i, "array") || l.is(i, "struct") || l.is(i, "map") }

// unclosedFix is the way out for the open quote at token i.
func unclosedFix(l *lexed, i int) string {
	if l.toks[i].kind == tokComment {
		return "close the comment with */"
	}
	for _, t := range l.toks[:i+1] {
		if t.kind == tokString && strings.Contains(l.s[t.start:t.end], `\'`) {
			return `a quote inside a text is written twice (''), not after a backslash`
		}
	}
	if l.toks[i].kind == tokQuoted {
		return `close the name with "; texts stand in single quotes`
	}
	return "close the text with '; a quote inside it is written twice ('')"
}

// colonFix is the way out for the colon at token i.
func colonFix(l *lexed, i int) string {
	n := len(l.toks)
	left, right := l.prev(i, 0), l.next(i+1, n)
	if left >= 0 && right < n && (l.toks[left].kind == tokIdent || l.toks[left].kind == tokQuoted) &&
		(l.toks[right].kind == tokIdent || l.toks[right].kind == tokQuoted) {
		path := "$"
		for k := right; k < n; {
			if l.toks[k].kind != tokIdent && l.toks[k].kind != tokQuoted {
				break
			}
			path += "." + unquote(l.str(k))
			dot := l.next(k+1, n)
			if !l.is(dot, ".") {
				break
			}
			if k = l.next(dot+1, n); k >= n {
				break
			}
		}
		return fmt.Sprintf("a path in Snowflake; write %s->>'%s' here, or %s AS %s for a name", l.str(left), path, l.str(right), l.str(left))
	}
	return "write ->> with a JSON path for a path, AS for a name"
}
