package postgres

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// typeNames are the types whose names need no question ("8 Data Types"), as format_type writes them.
var typeNames = map[uint32]string{
	pgtype.BoolOID: "boolean", pgtype.Int2OID: "smallint", pgtype.Int4OID: "integer", pgtype.Int8OID: "bigint",
	pgtype.Float4OID: "real", pgtype.Float8OID: "double precision", pgtype.TextOID: "text", pgtype.NameOID: "name",
	pgtype.DateOID: "date", pgtype.JSONOID: "json", pgtype.JSONBOID: "jsonb", pgtype.UUIDOID: "uuid", pgtype.ByteaOID: "bytea",
	pgtype.TextArrayOID: "text[]", pgtype.Int8ArrayOID: "bigint[]",
}

// typeName is the name of a field's type, "" when it must be asked for: the server knows best how to write what has a length.
func typeName(f pgconn.FieldDescription) string {
	if f.TypeModifier != -1 {
		return ""
	}
	switch f.DataTypeOID {
	case pgtype.NumericOID:
		return "numeric"
	case pgtype.VarcharOID:
		return "character varying"
	case pgtype.TimestampOID:
		return "timestamp without time zone"
	case pgtype.TimestamptzOID:
		return "timestamp with time zone"
	}
	return typeNames[f.DataTypeOID]
}

// nearName is the name of a field's type without asking the server: that of a type which an extension or the user has made is
// "unknown".
func nearName(types *pgtype.Map, f pgconn.FieldDescription) string {
	if name := typeName(f); name != "" {
		return name
	}
	n := int(f.TypeModifier) - 4 // the header of a value with a length counts, too ("CREATE TYPE")
	switch f.DataTypeOID {
	case pgtype.NumericOID:
		return fmt.Sprintf("numeric(%d,%d)", n>>16, n&0x7ff)
	case pgtype.VarcharOID:
		return fmt.Sprintf("character varying(%d)", n)
	case pgtype.BPCharOID:
		return fmt.Sprintf("character(%d)", n)
	case pgtype.TimestampOID:
		return fmt.Sprintf("timestamp(%d) without time zone", f.TypeModifier)
	case pgtype.TimestamptzOID:
		return fmt.Sprintf("timestamp(%d) with time zone", f.TypeModifier)
	}
	t, ok := types.TypeForOID(f.DataTypeOID)
	if !ok {
		return "unknown"
	}
	if a, is := t.Codec.(*pgtype.ArrayCodec); is {
		return nearName(types, pgconn.FieldDescription{DataTypeOID: a.ElementType.OID, TypeModifier: -1}) + "[]"
	}
	return t.Name
}

// value turns the text of a value into a Go value:
//
//	boolean                          bool
//	smallint, integer, bigint        int64
//	real, double precision           float64
//	numeric                          int64 when it has no declared scale and is a whole number that fits, else string, exact;
//	                                 without a declared scale, zeros at the end of the fraction are the engine's and left away
//	date, timestamp of both kinds    time.Time in UTC; "infinity" and "-infinity" for those
//	bytea                            []byte
//	arrays                           []any
//	NULL                             nil
//	all others                       string, as the server writes it
func value(types *pgtype.Map, f pgconn.FieldDescription, raw []byte) (any, error) {
	if raw == nil {
		return nil, nil
	}
	s := string(raw)
	switch f.DataTypeOID {
	case pgtype.BoolOID:
		return s == "t", nil
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return strconv.ParseInt(s, 10, 64)
	case pgtype.Float4OID:
		v, err := strconv.ParseFloat(s, 32)
		return v, err
	case pgtype.Float8OID:
		return strconv.ParseFloat(s, 64)
	case pgtype.NumericOID:
		return number(s, f.TypeModifier != -1), nil
	case pgtype.DateOID, pgtype.TimestampOID, pgtype.TimestamptzOID:
		return moment(s)
	case pgtype.ByteaOID:
		return hex.DecodeString(strings.TrimPrefix(s, `\x`))
	}
	if t, ok := types.TypeForOID(f.DataTypeOID); ok {
		if a, is := t.Codec.(*pgtype.ArrayCodec); is {
			return array(types, a.ElementType.OID, s)
		}
	}
	return s, nil
}

// number reads a numeric.
func number(s string, scaled bool) any {
	if scaled {
		return s
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	return s
}

// layouts are how DateStyle ISO writes times in UTC.
var layouts = []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04:05.999999-07", "2006-01-02"}

// moment reads a time. One that lies before our era is its text.
func moment(s string) (any, error) {
	if s == "infinity" || s == "-infinity" || strings.HasSuffix(s, " BC") {
		return s, nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	if year, _, ok := strings.Cut(s, "-"); ok && len(year) > 4 {
		return s, nil // time.Parse reads four digits of a year
	}
	return nil, fmt.Errorf("the time %q cannot be read", s)
}

// array reads the text of an array ("8.15.2 Array Value Input"): items with commas between braces, nested for more dimensions,
// NULL for NULL, quotes where an item needs them.
func array(types *pgtype.Map, element uint32, s string) ([]any, error) {
	if _, after, ok := strings.Cut(s, "="); ok && strings.HasPrefix(s, "[") {
		s = after // bounds that do not begin at 1
	}
	a := arrayText{s: s, item: func(text string) (any, error) {
		return value(types, pgconn.FieldDescription{DataTypeOID: element, TypeModifier: -1}, []byte(text))
	}}
	return a.list()
}

type arrayText struct {
	s    string
	at   int
	item func(text string) (any, error)
}

func (a *arrayText) list() ([]any, error) {
	bad := fmt.Errorf("an array cannot be read")
	if a.at >= len(a.s) || a.s[a.at] != '{' {
		return nil, bad
	}
	a.at++
	out := []any{}
	for a.at < len(a.s) {
		switch a.s[a.at] {
		case '}':
			a.at++
			return out, nil
		case ',':
			a.at++
		case '{':
			inner, err := a.list()
			if err != nil {
				return nil, err
			}
			out = append(out, inner)
		default:
			text, quoted := a.word()
			if !quoted && text == "NULL" {
				out = append(out, nil)
				continue
			}
			v, err := a.item(text)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return nil, bad
}

// word reads an item, in quotes or up to the next comma or brace.
func (a *arrayText) word() (text string, quoted bool) {
	var b strings.Builder
	if quoted = a.s[a.at] == '"'; quoted {
		a.at++
	}
	for ; a.at < len(a.s); a.at++ {
		c := a.s[a.at]
		switch {
		case c == '\\' && a.at+1 < len(a.s):
			a.at++
			b.WriteByte(a.s[a.at])
			continue
		case quoted && c == '"':
			a.at++
			return b.String(), true
		case !quoted && (c == ',' || c == '}'):
			return b.String(), false
		}
		b.WriteByte(c)
	}
	return b.String(), quoted
}
