package ansi

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/source"
)

// literal writes a value of rel.Lit.
func (w *Writer) literal(v any) {
	switch v := v.(type) {
	case nil:
		w.Write("NULL")
	case string:
		w.String(v)
	case bool:
		w.Write(strings.ToUpper(strconv.FormatBool(v)))
	case int64:
		// The least integer has no literal: the digits are read before the sign, and are one too many.
		if v == math.MinInt64 {
			w.Write("CAST('-9223372036854775808' AS " + w.engine.Types[rel.BigInt] + ")")
			return
		}
		w.Write(strconv.FormatInt(v, 10))
	case float64:
		w.double(v)
	case time.Time:
		w.time(v)
	}
}

// String writes a string literal.
func (w *Writer) String(s string) {
	w.refuse(s)
	w.Write("'" + strings.ReplaceAll(s, "'", "''") + "'")
}

// refuse says that a text cannot be stored.
func (w *Writer) refuse(s string) {
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		w.diags.Errorf(diag.DValue, source.Span{}, "the text %q cannot be written as SQL", s)
	}
}

// double writes the shortest digits that give the same 64 bits back.
func (w *Writer) double(v float64) {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	switch {
	case math.IsNaN(v):
		s = "'NaN'"
	case math.IsInf(v, 1):
		s = "'Infinity'"
	case math.IsInf(v, -1):
		s = "'-Infinity'"
	default:
		// Digits in quotes are read as a double; bare ones may be read as a decimal that lacks the range.
		s = "'" + s + "'"
		if a := math.Abs(v); v == 0 && !math.Signbit(v) || a >= 1e-4 && a < 1e15 {
			s = strconv.FormatFloat(v, 'f', -1, 64)
			if len(s) > 15 {
				s = "'" + s + "'"
			}
		}
	}
	w.Write("CAST(" + s + " AS " + w.engine.Types[rel.Double] + ")")
}

// time writes a timestamp without zone, in UTC, down to microseconds; what is finer is cut off.
func (w *Writer) time(t time.Time) {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		w.diags.Errorf(diag.DValue, source.Span{}, "the time %s lies outside the years 1 to 9999", t.Format(time.RFC3339))
	}
	w.Write("TIMESTAMP '" + t.Truncate(time.Microsecond).Format(timeLayout) + "'")
}

// timeLayout is how all engines read a timestamp.
const timeLayout = "2006-01-02 15:04:05.999999"

// plainText is the text of a value printed inside a literal of the user's; ok is false when a value has none.
func plainText(e rel.Expr) (s string, ok bool) {
	switch e := e.(type) {
	case *rel.TextTime:
		return e.Time.UTC().Format(e.Layout), true
	case *rel.Raw:
		return e.Text.S, true
	case *rel.Lit:
		switch v := e.Value.(type) {
		case string:
			return v, true
		case int64:
			return strconv.FormatInt(v, 10), true
		case float64:
			return strconv.FormatFloat(v, 'g', -1, 64), true
		case bool:
			return strconv.FormatBool(v), true
		case time.Time:
			return v.UTC().Truncate(time.Microsecond).Format(timeLayout), true
		}
	}
	return "", false
}
