package template

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kith/internal/diag"
	"kith/internal/source"
)

// recase is a filter that maps text to text, applied to what stands between placeholders. What does not change keeps its
// place byte for byte.
func recase(f func(string) string) func(*state, filterCall) Value {
	return func(st *state, c filterCall) Value {
		t := st.asText(c.in, c)
		var b source.Builder
		rest := func(start, end int) {
			old := t.S[start:end]
			if s := f(old); s == old {
				b.WriteText(t.Slice(start, end))
			} else if len(s) == len(old) {
				rewrite(&b, t, start, s)
			} else {
				b.WriteString(s, t.Origin(start, end))
			}
		}
		from := 0
		for {
			start, end, _, ok := FindPlaceholder(t.S, from)
			if !ok {
				break
			}
			rest(from, start)
			b.WriteText(t.Slice(start, end))
			from = end
		}
		rest(from, len(t.S))
		return st.made(b.Text(), c)
	}
}

// rewrite writes s for the bytes of t from start on, which are as many; each changed run stands for the run it replaces.
func rewrite(b *source.Builder, t source.Text, start int, s string) {
	old := t.S[start : start+len(s)]
	for i := 0; i < len(s); {
		j, same := i, old[i] == s[i]
		for j < len(s) && (old[j] == s[j]) == same {
			j++
		}
		if same {
			b.WriteText(t.Slice(start+i, start+j))
		} else {
			b.WriteString(s[i:j], t.Origin(start+i, start+j))
		}
		i = j
	}
}

// made is the result of a filter, counted.
func (st *state) made(t source.Text, c filterCall) Value {
	if !st.charge(t.Len(), c.at) {
		return Unknown{}
	}
	return String{t}
}

// title makes the first letter of every word large and the others small.
func title(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\''
		defer func() { inWord = letter }()
		if inWord {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

// textual1 is a filter that edits text without looking into placeholders.
func textual1(f func(t source.Text) source.Text) func(*state, filterCall) Value {
	return func(st *state, c filterCall) Value { return st.made(f(st.asText(c.in, c)), c) }
}

func capFirst(t source.Text) source.Text {
	r, n := utf8.DecodeRuneInString(t.S)
	if start, _, _, ok := FindPlaceholder(t.S, 0); n == 0 || ok && start == 0 || unicode.ToTitle(r) == r {
		return t
	}
	var b source.Builder
	b.WriteString(string(unicode.ToTitle(r)), t.Origin(0, n))
	b.WriteText(t.Slice(n, len(t.S)))
	return b.Text()
}

func addSlashes(t source.Text) source.Text {
	var b source.Builder
	from := 0
	for i := 0; i < len(t.S); i++ {
		if c := t.S[i]; c == '\\' || c == '"' || c == '\'' {
			b.WriteText(t.Slice(from, i))
			b.WriteString("\\", t.Origin(i, i+1))
			from = i
		}
	}
	b.WriteText(t.Slice(from, len(t.S)))
	return b.Text()
}

// trim drops white space, or the characters of its argument, at both ends.
func trim(st *state, c filterCall) Value {
	cut := " \t\r\n"
	if len(c.args) == 1 {
		s, err := PlainString(c.args[0], "the argument of trim")
		if err != nil {
			return st.fail(err, c.at)
		}
		cut = s
	}
	t := st.asText(c.in, c)
	l := len(t.S) - len(strings.TrimLeft(t.S, cut))
	r := len(strings.TrimRight(t.S, cut))
	return String{t.Slice(l, r)}
}

// replace takes its two words as two arguments, or as one with a comma between them.
func replace(st *state, c filterCall) Value {
	if len(c.args) == 2 {
		return st.replace(c, c.args[0], c.args[1])
	}
	s, ok := c.args[0].(String)
	i := strings.IndexByte(s.Text.S, ',')
	if !ok || i < 0 {
		st.errorf(diag.TemplateArguments, c.at, "replace wants the old and the new text, as (\"old\", \"new\") or \"old,new\"")
		return Unknown{}
	}
	return st.replace(c, String{s.Text.Slice(0, i)}, String{s.Text.Slice(i+1, len(s.Text.S))})
}

func (st *state) replace(c filterCall, old, with Value) Value {
	t, by := st.asText(c.in, c), st.asText(with, c)
	find := st.asText(old, c).S
	if find == "" {
		return String{t}
	}
	var b source.Builder
	for from := 0; ; {
		i := strings.Index(t.S[from:], find)
		if i < 0 {
			b.WriteText(t.Slice(from, len(t.S)))
			return st.made(b.Text(), c)
		}
		b.WriteText(t.Slice(from, from+i))
		st.write(String{by}, c.at, c.sc, &b)
		if from += i + len(find); st.stopped {
			return Unknown{}
		}
	}
}

func split(st *state, c filterCall) Value {
	sep, err := PlainString(c.args[0], "a separator")
	if err != nil {
		return st.fail(err, c.at)
	}
	t := st.asText(c.in, c)
	if !st.charge(t.Len(), c.at) {
		return Unknown{}
	}
	var out List
	for from := 0; ; {
		i := strings.Index(t.S[from:], sep)
		if sep == "" || i < 0 {
			return append(out, String{t.Slice(from, len(t.S))})
		}
		if !st.charge(itemBytes, c.at) {
			return Unknown{}
		}
		out = append(out, String{t.Slice(from, from+i)})
		from += i + len(sep)
	}
}

func wordCount(st *state, c filterCall) Value { return Int(len(strings.Fields(st.asText(c.in, c).S))) }

// toFloat reads a number out of a value or text.
func (st *state) toFloat(c filterCall) (float64, bool) {
	v := st.lookInto(c.in)
	if f, ok := number(v); ok {
		return f, true
	}
	s, ok := v.(String)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s.Text.S), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

func integer(st *state, c filterCall) Value {
	v := st.lookInto(c.in)
	if n, ok := wholeNumber(v); ok {
		return Int(n)
	}
	if s, ok := v.(String); ok {
		if n, err := strconv.ParseInt(strings.TrimSpace(s.Text.S), 10, 64); err == nil {
			return Int(n)
		}
	}
	if f, ok := st.toFloat(c); ok && math.Abs(f) < 1<<62 {
		return Int(f)
	}
	return st.notNumber(c)
}

func float(st *state, c filterCall) Value {
	if f, ok := st.toFloat(c); ok {
		return Float(f)
	}
	return st.notNumber(c)
}

func (st *state) notNumber(c filterCall) Value {
	st.errorf(diag.TemplateKind, c.at, "filter %s wants a number or text that is one", c.name)
	return Unknown{}
}

// floatFormat writes a number with a fixed count of decimals; a negative count drops them when they are all zero.
func floatFormat(st *state, c filterCall) Value {
	f, ok := st.toFloat(c)
	if !ok {
		return st.notNumber(c)
	}
	places := int64(-1)
	if len(c.args) == 1 {
		if places, ok = wholeNumber(c.args[0]); !ok || places > 100 || places < -100 {
			return st.wrong(c, c.args[0])
		}
	}
	if places < 0 && f == math.Trunc(f) {
		return Str(strconv.FormatFloat(f, 'f', 0, 64))
	}
	if places < 0 {
		places = -places
	}
	return Str(strconv.FormatFloat(f, 'f', int(places), 64))
}

// stringFormat writes a value with a verb of Go's fmt, such as "%05d".
func stringFormat(st *state, c filterCall) Value {
	format, err := PlainString(c.args[0], "a format")
	if err != nil {
		return st.fail(err, c.at)
	}
	var v any
	switch in := st.lookInto(c.in).(type) {
	case Int:
		v = int64(in)
	case NamedInt:
		v = in.N
	case Float:
		v = float64(in)
	case Bool:
		v = bool(in)
	default:
		v = st.asText(c.in, c).S
	}
	if strings.Count(format, "%")-2*strings.Count(format, "%%") > 1 {
		st.errorf(diag.TemplateArguments, c.at, "stringformat wants a format with one value")
		return Unknown{}
	}
	s := fmt.Sprintf(format, v)
	if strings.Contains(s, "%!") {
		st.errorf(diag.TemplateArguments, c.at, "format %s does not fit %s", quoted(format), c.in.noun())
		return Unknown{}
	}
	return st.made(source.Literal(s, source.Span{}), c)
}

func divisibleBy(st *state, c filterCall) Value {
	a, aok := wholeNumber(c.in)
	b, bok := wholeNumber(c.args[0])
	if !aok || !bok {
		return st.notNumber(c)
	}
	if b == 0 {
		st.errorf(diag.TemplateArithmetic, c.at, "division by zero")
		return Unknown{}
	}
	return Bool(a%b == 0)
}

// justify fills text up to a number of letters with blanks, before, after or around it.
func justify(before, after int) func(*state, filterCall) Value {
	return func(st *state, c filterCall) Value {
		width, ok := wholeNumber(c.args[0])
		if !ok {
			return st.wrong(c, c.args[0])
		}
		t := st.asText(c.in, c)
		if st.opaque(String{t}, c.at) {
			return Unknown{}
		}
		if width > 1<<20 {
			width = 1 << 20 // more than any rendering may have
		}
		missing := max(int(width)-utf8.RuneCountInString(t.S), 0)
		left := (missing*before + before + after - 1) / (before + after)
		if !st.charge(missing, c.at) {
			return Unknown{}
		}
		var b source.Builder
		b.WriteString(strings.Repeat(" ", left), c.at)
		b.WriteText(t)
		b.WriteString(strings.Repeat(" ", missing-left), c.at)
		return st.made(b.Text(), c)
	}
}

// getDigit is one digit of a whole number, the last being the first; the number itself where there is no such digit.
func getDigit(st *state, c filterCall) Value {
	n, ok := wholeNumber(c.in)
	i, is := wholeNumber(c.args[0])
	if !ok || !is {
		return st.notNumber(c)
	}
	digits := strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
	if i < 1 || i > int64(len(digits)) {
		return Int(n)
	}
	return Int(digits[len(digits)-int(i)] - '0')
}

// makeList is the letters of a text.
func makeList(st *state, c filterCall) Value {
	t := st.asText(c.in, c)
	if st.opaque(String{t}, c.at) || !st.charge(len(t.S)*itemBytes, c.at) {
		return Unknown{}
	}
	var out List
	for i := 0; i < len(t.S); {
		_, n := utf8.DecodeRuneInString(t.S[i:])
		out = append(out, String{t.Slice(i, i+n)})
		i += n
	}
	return out
}

// pluralize writes an ending: "s" for other numbers than 1, or the one or two endings of its argument.
func pluralize(st *state, c filterCall) Value {
	n, ok := st.toFloat(c)
	if !ok {
		return st.notNumber(c)
	}
	endings := "s"
	if len(c.args) == 1 {
		s, err := PlainString(c.args[0], "the argument of pluralize")
		if err != nil {
			return st.fail(err, c.at)
		}
		endings = s
	}
	one, many, two := strings.Cut(endings, ",")
	if !two {
		one, many = "", endings
	}
	if n == 1 {
		return Str(one)
	}
	return Str(many)
}
