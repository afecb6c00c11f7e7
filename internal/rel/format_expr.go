package rel

import (
	"strconv"
	"strings"
	"time"

	"kith/internal/sqltext"
	"kith/internal/template"
)

// FormatExpr writes an expression on one line, in the manner of Format. Equal expressions give equal text.
func FormatExpr(e Expr) string {
	var b strings.Builder
	expr(&b, e)
	return b.String()
}

func expr(b *strings.Builder, e Expr) {
	w := b.WriteString
	switch e := e.(type) {
	case nil:
		w("nothing")
	case *Col:
		if e.Of != "" {
			w(name(e.Of) + ".")
		}
		w(name(e.Name))
	case *Lit:
		w(literal(e.Value))
	case *TextTime:
		w("time(" + e.Time.UTC().Format(time.RFC3339Nano) + " as " + strconv.Quote(e.Layout) + ")")
	case *Func:
		w(string(e.Fn) + "(" + exprs(e.Args) + ")")
	case *Agg:
		w(string(e.Fn) + "(")
		if e.Distinct {
			w("distinct ")
		}
		w(exprs(e.Args))
		if len(e.OrderBy) > 0 {
			w(" order by " + window(Window{OrderBy: e.OrderBy})[len("order by "):])
		}
		w(")")
		if e.Filter != nil {
			w(" filter (" + FormatExpr(e.Filter) + ")")
		}
	case *Win:
		w(string(e.Fn) + "(" + exprs(e.Args) + ") over (" + window(e.Over) + ")")
	case *Op:
		op(b, e)
	case *Not:
		w("not (")
		expr(b, e.X)
		w(")")
	case *IsNull:
		w("(")
		expr(b, e.X)
		if e.Negate {
			w(" is not null)")
		} else {
			w(" is null)")
		}
	case *Case:
		w("case")
		for _, x := range e.Whens {
			w(" when " + FormatExpr(x.If) + " then " + FormatExpr(x.Then))
		}
		if e.Else != nil {
			w(" else " + FormatExpr(e.Else))
		}
		w(" end")
	case *Cast:
		w("cast(" + FormatExpr(e.X) + " as ")
		if e.UserType.S != "" {
			w(strconv.Quote(e.UserType.S))
		} else {
			w(e.Type.String())
		}
		w(")")
	case *InList:
		w("(" + FormatExpr(e.X) + not(e.Negate) + " in (" + exprs(e.List) + "))")
	case *InRel:
		w("(" + FormatExpr(e.X) + not(e.Negate) + " in " + inline(e.Rel) + ")")
	case *Scalar:
		w("scalar " + inline(e.Rel))
	case *RelExpr:
		w("relation " + inline(e.Rel))
	case *Raw:
		w("raw " + strconv.Quote(e.Text.S))
	case *User:
		user(b, e)
	}
}

func not(negate bool) string {
	if negate {
		return " not"
	}
	return ""
}

func op(b *strings.Builder, e *Op) {
	b.WriteByte('(')
	for i, a := range e.Args {
		if i > 0 {
			b.WriteString(" " + e.Op + " ")
		}
		expr(b, a)
	}
	b.WriteByte(')')
}

func user(b *strings.Builder, e *User) {
	b.WriteString("user " + treeText(e.Tree))
	if e.Of != "" {
		b.WriteString(" of " + name(e.Of))
	}
	for _, k := range SortedKeys(e.Aliases) {
		b.WriteString(" with " + name(k) + " as " + name(e.Aliases[k]))
	}
	for i, h := range e.Holes {
		b.WriteString(" hole " + strconv.Itoa(i) + " (" + FormatExpr(h) + ")")
	}
	if e.Filter != nil {
		b.WriteString(" filter (" + FormatExpr(e.Filter) + ")")
	}
	if e.Over != nil {
		b.WriteString(" over (" + window(Window{PartitionBy: e.Over.PartitionBy, OrderBy: e.Over.OrderBy}))
		if e.Over.Frame.S != "" {
			b.WriteString(" frame " + strconv.Quote(e.Over.Frame.S))
		}
		b.WriteByte(')')
	}
}

func window(w Window) string {
	var parts []string
	if len(w.PartitionBy) > 0 {
		parts = append(parts, "partition by "+exprs(w.PartitionBy))
	}
	for _, o := range w.OrderBy {
		parts = append(parts, "order by "+order(o))
	}
	if w.Frame == Full {
		parts = append(parts, "full")
	}
	return strings.Join(parts, " ")
}

func order(o Order) string {
	s := FormatExpr(o.Expr)
	if o.Desc {
		s += " desc"
	}
	if o.NullsLast {
		return s + " nulls last"
	}
	return s + " nulls first"
}

func exprs(xs []Expr) string {
	var parts []string
	for _, x := range xs {
		parts = append(parts, FormatExpr(x))
	}
	return strings.Join(parts, ", ")
}

// inline writes a relation between braces on one line.
func inline(r Rel) string {
	lines := strings.Split(strings.TrimSpace(FormatRel(r)), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return "{" + strings.Join(lines, "; ") + "}"
}

// literal writes a value so that values of different kinds differ.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'e', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return "timestamp '" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'"
	}
	return "no literal"
}

// treeText is the user's text with {i} for hole i, white space folded, in brackets.
func treeText(t *sqltext.Tree) string {
	if t == nil {
		return "[no text]"
	}
	s := t.Rendered.Text.S
	var b strings.Builder
	for at := 0; ; {
		start, end, i, ok := template.FindPlaceholder(s, at)
		if !ok {
			b.WriteString(s[at:])
			break
		}
		b.WriteString(s[at:start] + "{" + strconv.Itoa(i) + "}")
		at = end
	}
	return "[" + strings.Join(strings.Fields(b.String()), " ") + "]"
}

func name(s string) string {
	if plain(s) {
		return s
	}
	return quote(s)
}

func names(ss []string) string {
	var out []string
	for _, s := range ss {
		out = append(out, name(s))
	}
	return strings.Join(out, ", ")
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// plain reports whether a name reads as one word.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
