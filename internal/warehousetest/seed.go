package warehousetest

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kith/internal/dialect"
	"kith/internal/rel"
)

// rowsOfInsert is how many rows a statement inserts.
const rowsOfInsert = 1000

// seed makes a table with its rows, in the dialect of the engine.
func (s *session) seed(t table) error {
	o := rel.Named(rel.Target, t.name)
	program := rel.Program{&rel.Ensure{Object: o, Columns: t.columns}}
	var names []string
	for _, c := range t.columns {
		names = append(names, c.Name)
	}
	var values *rel.Values
	for i, row := range t.rows {
		if i%rowsOfInsert == 0 {
			values = &rel.Values{Columns: t.columns}
			program = append(program, &rel.Insert{Into: o, Columns: names, Body: values})
		}
		var out []rel.Expr
		for i, cell := range row {
			v, err := value(cell, t.columns[i].Type)
			if err != nil {
				return err
			}
			out = append(out, &rel.Lit{Value: v})
		}
		values.Rows = append(values.Rows, out)
	}
	stmts, diags := s.e.Leaves.Dialect(s.e.Dialect).Print(program, s.e.Env)
	if diags.HasErrors() {
		return fmt.Errorf("%s", diags[0].Message)
	}
	for _, st := range stmts {
		sql, ok := st.(*dialect.SQL)
		if !ok {
			return fmt.Errorf("%T where SQL is expected", st)
		}
		if _, err := s.conn.Exec(context.Background(), sql.S); err != nil {
			return engineError(err, sql.S)
		}
	}
	return nil
}

// value reads a cell. A date is written as a time at midnight.
func value(cell string, t rel.Type) (any, error) {
	if cell == "NULL" {
		return nil, nil
	}
	switch t {
	case rel.BigInt:
		return strconv.ParseInt(cell, 10, 64)
	case rel.Double:
		return strconv.ParseFloat(cell, 64)
	case rel.Bool:
		return strconv.ParseBool(cell)
	case rel.Timestamp, rel.Date:
		for _, layout := range []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04", "2006-01-02"} {
			if v, err := time.Parse(layout, cell); err == nil {
				return v.UTC(), nil
			}
		}
		return nil, fmt.Errorf("%q is no time", cell)
	}
	return cell, nil
}
