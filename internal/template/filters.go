package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kith/internal/diag"
	"kith/internal/source"
)

// filterCall is one use of a filter on a value.
type filterCall struct {
	in   Value
	args []Value
	at   source.Span // the filter's name and arguments
	name string
	sc   *scope
}

// filterDef is a filter: how many arguments it takes, and what it does. Unless nilOK is set, nil is reported before.
type filterDef struct {
	min, max int
	nilOK    bool
	apply    func(st *state, c filterCall) Value
}

// filters is every filter by name. It is filled in init, because its functions reach back to it.
var filters map[string]filterDef

var filterNames []string

func init() {
	filters = map[string]filterDef{
		"isnil": {nilOK: true, apply: func(st *state, c filterCall) Value {
			st.noteTime(c.in)
			return Bool(isNil(c.in))
		}},
		"default": {1, 1, true, func(st *state, c filterCall) Value {
			if st.noteTime(c.in); truth(c.in) {
				return c.in
			}
			return c.args[0]
		}},
		"default_if_none": {1, 1, true, func(st *state, c filterCall) Value {
			if st.noteTime(c.in); !isNil(c.in) {
				return c.in
			}
			return c.args[0]
		}},
		"yesno":        {0, 1, true, yesno},
		"safe":         {apply: func(_ *state, c filterCall) Value { return c.in }},
		"escape":       {apply: func(_ *state, c filterCall) Value { return c.in }},
		"length":       {apply: func(st *state, c filterCall) Value { return st.length(c.in, c.at) }},
		"length_is":    {1, 1, false, lengthIs},
		"join":         {0, 1, false, join},
		"first":        {apply: func(st *state, c filterCall) Value { return st.end(c, false) }},
		"last":         {apply: func(st *state, c filterCall) Value { return st.end(c, true) }},
		"slice":        {1, 1, false, slice},
		"date":         {1, 1, false, date},
		"time":         {1, 1, false, date},
		"add":          {1, 1, false, func(st *state, c filterCall) Value { return st.arithmetic("+", c.in, c.args[0], c.at, c.at, c.at) }},
		"divisibleby":  {1, 1, false, divisibleBy},
		"integer":      {apply: integer},
		"float":        {apply: float},
		"floatformat":  {0, 1, false, floatFormat},
		"stringformat": {1, 1, false, stringFormat},
		"upper":        {apply: recase(strings.ToUpper)},
		"lower":        {apply: recase(strings.ToLower)},
		"title":        {apply: recase(title)},
		"capfirst":     {apply: textual1(capFirst)},
		"trim":         {0, 1, false, trim},
		"cut":          {1, 1, false, func(st *state, c filterCall) Value { return st.replace(c, c.args[0], Str("")) }},
		"replace":      {1, 2, false, replace},
		"split":        {1, 1, false, split},
		"addslashes":   {apply: textual1(addSlashes)},
		"wordcount":    {apply: wordCount},
		"ljust":        {1, 1, false, justify(0, 1)},
		"rjust":        {1, 1, false, justify(1, 0)},
		"center":       {1, 1, false, justify(1, 1)},
		"get_digit":    {1, 1, false, getDigit},
		"make_list":    {apply: makeList},
		"pluralize":    {0, 1, false, pluralize},
	}
	for name := range filters {
		filterNames = append(filterNames, name)
	}
	slices.Sort(filterNames)
}

// filterMistake says why a filter cannot be used.
type filterMistake struct {
	code         diag.Code
	message, fix string
}

// refusedFilters are filters that this family of languages has and that have no use in SQL or no counterpart here, with the
// way out.
var refusedFilters = map[string]string{
	"escapejs": forHTML, "iriencode": forHTML, "linebreaks": forHTML, "linebreaksbr": forHTML, "linenumbers": forHTML, "phone2numeric": forHTML,
	"removetags": forHTML, "striptags": forHTML, "truncatechars": shorten, "truncatechars_html": forHTML, "truncatewords": shorten, "truncatewords_html": forHTML,
	"urlencode": forHTML, "urlize": forHTML, "urlizetrunc": forHTML, "wordwrap": forHTML,
	"string": "take it away: what is written is text", "int": "write |integer", "list": "write |make_list for the letters of a text, |split for its parts",
	"map": "write {% for %}", "sort": "write {% for x in list sorted %}", "unique": "write the list without what is there twice", "tojson": "write the JSON as text",
	"round": "write |floatformat, or round in SQL", "abs": "compute it in SQL", "sum": "compute it in SQL", "min": "compute it in SQL", "max": "compute it in SQL",
	"warehouse": "for a logical or write ||",
}

const forHTML, shorten = "take it away: it is for HTML", "write |slice:\":n\""

// unknownFilter returns what is wrong with the name of a filter, nil when nothing is.
func unknownFilter(name string) *filterMistake {
	if name == "random" {
		return &filterMistake{diag.TemplateRefused, "filter \"random\" is not available: the text would differ from run to run", "choose a value, for example with first"}
	}
	if _, ok := filters[name]; ok {
		return nil
	}
	if fix := refusedFilters[name]; fix != "" {
		return &filterMistake{diag.TemplateNoFilter, fmt.Sprintf("filter %q is not available", name), fix}
	}
	m := &filterMistake{diag.TemplateNoFilter, fmt.Sprintf("unknown filter %q", name), "for a logical or write ||"}
	if near := diag.Nearest(name, filterNames); near != "" {
		m.fix = fmt.Sprintf("did you mean %q?", near)
	}
	return m
}

// filter applies one filter. A misspelt one was reported by the parser.
func (st *state) filter(in Value, use filterUse, sc *scope) Value {
	c := filterCall{in: in, at: use.at, name: use.name, sc: sc}
	for _, x := range use.args {
		c.args = append(c.args, st.eval(x, sc))
	}
	def, ok := filters[use.name]
	if !ok || st.stopped {
		return Unknown{}
	}
	if len(c.args) < def.min || len(c.args) > def.max {
		want := countOf(def.max, "argument")
		if def.min != def.max {
			want = fmt.Sprintf("%d to %s", def.min, want)
		}
		st.errorf(diag.TemplateArguments, c.at, "filter %s wants %s, got %d", c.name, want, len(c.args))
		return Unknown{}
	}
	if slices.ContainsFunc(c.args, isUnknown) || isUnknown(in) && !def.nilOK {
		return Unknown{}
	}
	if !def.nilOK && isNil(in) {
		st.errorf(diag.TemplateNil, c.at, "filter %s is applied to nil", c.name).WithFix("put a default before it: |default:\"...\"")
		return Unknown{}
	}
	return def.apply(st, c)
}

// wrong reports that a filter cannot work on its value.
func (st *state) wrong(c filterCall, v Value) Value {
	st.errorf(diag.TemplateKind, c.at, "filter %s cannot be applied to %s", c.name, v.noun())
	return Unknown{}
}

// asText is the value as it would be written.
func (st *state) asText(v Value, c filterCall) source.Text {
	if s, ok := v.(String); ok {
		return s.Text
	}
	var b source.Builder
	st.write(v, c.at, c.sc, &b)
	return b.Text()
}

// length is the number of items, or of characters.
func (st *state) length(v Value, at source.Span) Value {
	switch v := st.lookInto(v).(type) {
	case Unknown:
		return v
	case List:
		return Int(len(v))
	case String:
		if st.opaque(v, at) {
			return Unknown{}
		}
		return Int(utf8.RuneCountInString(v.Text.S))
	case Nil:
		return Int(0)
	default:
		st.errorf(diag.TemplateKind, at, "%s has no length", v.noun())
		return Unknown{}
	}
}

func lengthIs(st *state, c filterCall) Value {
	n := st.length(c.in, c.at)
	if isUnknown(n) {
		return n
	}
	return Bool(n == c.args[0])
}

// join writes the items of a list with a separator between them.
func join(st *state, c filterCall) Value {
	list, ok := c.in.(List)
	if !ok {
		return c.in
	}
	var sep Value = Str("")
	if len(c.args) == 1 {
		sep = c.args[0]
	}
	var b source.Builder
	for i, v := range list {
		if i > 0 {
			st.write(sep, c.at, c.sc, &b)
		}
		st.write(v, c.at, c.sc, &b)
	}
	return String{b.Text()}
}

// end is the first or last item of a list or character of a string; nil when there is none.
func (st *state) end(c filterCall, last bool) Value {
	switch v := c.in.(type) {
	case List:
		if len(v) == 0 {
			return Nil{}
		}
		if last {
			return v[len(v)-1]
		}
		return v[0]
	case String:
		s := v.Text.S
		if st.opaque(v, c.at) {
			return Unknown{}
		}
		if last {
			_, n := utf8.DecodeLastRuneInString(s)
			return String{v.Text.Slice(len(s)-n, len(s))}
		}
		_, n := utf8.DecodeRuneInString(s)
		return String{v.Text.Slice(0, n)}
	}
	return st.wrong(c, c.in)
}

// slice is "from:to" of a list or of a string's characters, as in Python.
func slice(st *state, c filterCall) Value {
	spec, ok := c.args[0].(String)
	from, to, found := strings.Cut(spec.Text.S, ":")
	bound := func(s string, size, missing int) int {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if strings.TrimSpace(s) == "" {
			return missing
		} else if err != nil {
			ok = false
		}
		if n < 0 {
			n += size
		}
		return min(max(n, 0), size)
	}
	bounds := func(size int) (int, int) {
		a, b := bound(from, size, 0), bound(to, size, size)
		return a, max(a, b)
	}
	var out Value
	switch v := c.in.(type) {
	case List:
		a, b := bounds(len(v))
		out = v[a:b:b]
	case String:
		if st.opaque(v, c.at) {
			return Unknown{}
		}
		var offsets []int
		for i := range v.Text.S {
			offsets = append(offsets, i)
		}
		offsets = append(offsets, len(v.Text.S))
		a, b := bounds(len(offsets) - 1)
		out = String{v.Text.Slice(offsets[a], offsets[b])}
	default:
		return st.wrong(c, c.in)
	}
	if !ok || !found {
		st.errorf(diag.TemplateArguments, c.at, "slice wants text such as \"1:3\"")
		return Unknown{}
	}
	return out
}

// date formats a time in a Go layout.
func date(st *state, c filterCall) Value {
	t, ok := c.in.(Time)
	if !ok {
		return st.wrong(c, c.in)
	}
	layout, err := PlainString(c.args[0], "a layout")
	if err != nil {
		return st.fail(err, c.at)
	}
	return HoleValue{t.TextHole(layout)}
}

func yesno(st *state, c filterCall) Value {
	words := []string{"yes", "no", "maybe"}
	if len(c.args) == 1 {
		s, err := PlainString(c.args[0], "the argument of yesno")
		if err != nil {
			return st.fail(err, c.at)
		}
		words = strings.Split(s, ",")
		if len(words) < 2 || len(words) > 3 {
			st.errorf(diag.TemplateArguments, c.at, "yesno wants two or three words separated by commas")
			return Unknown{}
		}
	}
	st.noteTime(c.in)
	switch {
	case isNil(c.in):
		return Str(words[len(words)-1])
	case truth(c.in):
		return Str(words[0])
	}
	return Str(words[1])
}
