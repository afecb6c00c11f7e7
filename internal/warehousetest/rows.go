package warehousetest

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"kith/internal/catalog"
	"kith/internal/rel"
)

// mainIDNamespace is the seed of main ids, written down once more: the suite trusts no word of the code under test.
const mainIDNamespace = "fe971b24-9572-4005-b22f-351e9c09274d"

// MainID is the main id that an id gives its cluster: 'rid' + sha1(sha1(namespace + value)[:32] + type)[:32].
func MainID(value, idType string) string {
	hash := func(s string) string {
		sum := sha1.Sum([]byte(s))
		return hex.EncodeToString(sum[:])[:32]
	}
	return "rid" + hash(hash(mainIDNamespace+value)+idType)
}

var ridShape = regexp.MustCompile(`rid[0-9a-f]{32}`)

// query returns the names of the columns and the sorted rows of a query block.
func (s *session) query(b *block) ([]string, error) {
	columns, rows, err := s.rows(b.command())
	if err != nil {
		return nil, err
	}
	var names, lines []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	for _, r := range rows {
		var cells []string
		for i, v := range r {
			if text, ok := v.(string); ok && exact(columns[i].Type) {
				v = decimal(text)
			}
			cells = append(cells, s.shown(v))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	sort.Strings(lines)
	return append([]string{strings.Join(names, " | ")}, lines...), nil
}

// exact reports the type of a decimal number.
func exact(t string) bool {
	t = strings.ToLower(t)
	return strings.HasPrefix(t, "decimal") || strings.HasPrefix(t, "numeric")
}

// decimal writes a decimal number as a case does: to twelve digits, like a double, without zeros at its end.
func decimal(text string) any {
	whole, fraction, ok := strings.Cut(text, ".")
	if !ok {
		return text
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		return whole
	}
	if len(whole)+len(fraction) <= 12 {
		return whole + "." + fraction
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return v
	}
	return text
}

func (s *session) rows(sql string) (columns []catalog.Column, out [][]any, err error) {
	rows, err := s.conn.Query(context.Background(), sql)
	if err != nil {
		return nil, nil, engineError(err, sql)
	}
	defer rows.Close()
	columns = rows.Columns()
	for rows.Next() {
		out = append(out, append([]any{}, rows.Values()...))
	}
	return columns, out, rows.Err()
}

// shown is a value as it is written in a case.
func (s *session) shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		if v = quoted(v); v[0] == '"' {
			return v
		}
		return ridShape.ReplaceAllStringFunc(v, s.ridName)
	case float64:
		return strconv.FormatFloat(v, 'g', 12, 64)
	case time.Time:
		text := v.UTC().Format("2006-01-02 15:04:05.999999")
		return strings.TrimSuffix(text, " 00:00:00")
	case []any:
		var items []string
		for _, x := range v {
			items = append(items, s.shown(x))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// quoted is a text as it is written in a case: in quotes where its ends would not be seen.
func quoted(s string) string {
	if s == "" || strings.TrimSpace(s) != s {
		return strconv.Quote(s)
	}
	return s
}

// ridName writes a main id by the id that it is computed from. One that no id of a published graph gives stays as it is.
func (s *session) ridName(rid string) string {
	if s.rids == nil {
		s.rids = map[string]string{}
		_, names, err := s.rows("select distinct name from " + s.internal("kith_published"))
		if err != nil {
			return rid
		}
		for _, n := range names {
			name, _ := n[0].(string)
			_, ids, err := s.rows("select other_id, other_id_type from " + s.target(name))
			if err != nil {
				continue // it is no graph
			}
			for _, id := range ids {
				value, _ := id[0].(string)
				idType, _ := id[1].(string)
				s.rids[MainID(value, idType)] = "rid(" + idType + ":" + value + ")"
			}
		}
	}
	if n, ok := s.rids[rid]; ok {
		return n
	}
	return rid
}

func (s *session) internal(name string) string { return s.object(rel.Named(rel.Internal, name)) }
func (s *session) target(name string) string   { return s.object(rel.Named(rel.Target, name)) }

func (s *session) object(o rel.Object) string {
	return s.e.Leaves.Dialect(s.e.Dialect).Object(o, s.e.Env)
}
