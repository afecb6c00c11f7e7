package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// compared is what compare answers.
type compared struct {
	// Nodes and Clusters are those of the graph, Profiles and Columns those of the var table.
	Nodes, Clusters, Profiles, Columns int64
	// Differences are sentences; none means that all rows are equal.
	Differences []string
}

// compare holds kith's graph against the components found here, and its var table against that in the reference's database,
// row for row and column for column. Doubles may differ by 1e-9 of their size, since sums run in any order.
func compare(ctx context.Context, s settings) (_ any, err error) {
	db, err := s.open(ctx, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.script(ctx, db, "ATTACH ':warehouse' AS kith (READ_ONLY);\nATTACH ':database' AS reference (READ_ONLY);\n"); err != nil {
		return nil, err
	}
	out := &compared{}
	if err := s.compareGraph(ctx, db, out); err != nil {
		return nil, err
	}
	return out, s.compareFeatures(ctx, db, out)
}

// compareGraph demands that both graphs have the same ids, and that two ids share a main id exactly when they share a component.
func (s settings) compareGraph(ctx context.Context, db *sql.DB, out *compared) error {
	if err := s.loadLabels(ctx, db); err != nil {
		return err
	}
	var nodes, both, labels, mains, pairs int64
	err := db.QueryRowContext(ctx, s.fill(`
		WITH expected AS (SELECT n.id, n.id_type, l.label FROM ':dir/nodes.parquet' AS n JOIN labels AS l USING (node)),
		pairs AS (
			SELECT e.id, e.label, m.other_id, m.user_main_id FROM expected AS e
			FULL JOIN kith.user_graph AS m ON m.other_id = e.id AND m.other_id_type = e.id_type)
		SELECT count(*), count(*) FILTER (id IS NOT NULL AND other_id IS NOT NULL), count(DISTINCT label), count(DISTINCT user_main_id),
			(SELECT count(*) FROM (SELECT DISTINCT label, user_main_id FROM pairs))
		FROM pairs`)).Scan(&nodes, &both, &labels, &mains, &pairs)
	if err != nil {
		return err
	}
	out.Nodes, out.Clusters = nodes, mains
	if both != nodes {
		out.Differences = append(out.Differences, fmt.Sprintf("graph: %d of %d ids are in one graph only", nodes-both, nodes))
	}
	if labels != mains || labels != pairs {
		out.Differences = append(out.Differences, fmt.Sprintf("graph: %d components here, %d clusters of kith, %d pairs of them", labels, mains, pairs))
	}
	return nil
}

// loadLabels solves the graph of integers and puts the answer into a table.
func (s settings) loadLabels(ctx context.Context, db *sql.DB) error {
	ids, n, err := readRows(filepath.Join(s.dir, rowsFile))
	if err != nil {
		return err
	}
	label := components(ids, n)
	if _, err := db.ExecContext(ctx, "CREATE TABLE labels (node BIGINT, label BIGINT)"); err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(*duckdb.Conn), "", "labels")
		if err != nil {
			return err
		}
		for node, l := range label {
			if err := a.AppendRow(int64(node), int64(l)); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.Close()
	})
}

// compareFeatures joins the var tables and counts, for each column, the rows that differ.
func (s settings) compareFeatures(ctx context.Context, db *sql.DB, out *compared) error {
	columns, err := columnsOf(ctx, db)
	if err != nil {
		return err
	}
	var counts []string
	for _, c := range columns {
		k, r := "k."+c.name, "r."+c.name
		differ := k + " IS DISTINCT FROM " + r
		if c.double {
			differ = fmt.Sprintf("CASE WHEN %s IS NULL OR %s IS NULL THEN %s ELSE abs(%s - %s) > 1e-9 * greatest(abs(%s), abs(%s)) END", k, r, differ, k, r, k, r)
		}
		counts = append(counts, "count(*) FILTER (in_both AND "+differ+")")
	}
	q := `SELECT count(*), count(*) FILTER (in_both), ` + strings.Join(counts, ", ") + `
		FROM kith.user_var_table AS k FULL JOIN reference.user_var_table AS r ON k.user_main_id = r.user_main_id,
		LATERAL (SELECT k.user_main_id IS NOT NULL AND r.user_main_id IS NOT NULL AS in_both)`
	values := make([]int64, 2+len(columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	if err := db.QueryRowContext(ctx, q).Scan(into...); err != nil {
		return err
	}
	out.Profiles, out.Columns = values[0], int64(len(columns))
	if values[0] != values[1] {
		out.Differences = append(out.Differences, fmt.Sprintf("var table: %d of %d profiles are in one table only", values[0]-values[1], values[0]))
	}
	for i, c := range columns {
		if n := values[2+i]; n > 0 {
			out.Differences = append(out.Differences, fmt.Sprintf("var table: %d profiles differ in %s", n, c.name))
		}
	}
	return nil
}

type column struct {
	name   string
	double bool
}

// columnsOf are the columns of the reference's table but the main id. That kith's table has them, too, the query on them
// finds out.
func columnsOf(ctx context.Context, db *sql.DB) ([]column, error) {
	rows, err := db.QueryContext(ctx, `SELECT column_name, data_type FROM duckdb_columns()
		WHERE database_name = 'reference' AND table_name = 'user_var_table' AND column_name <> 'user_main_id' ORDER BY column_index`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []column
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		out = append(out, column{name, typ == "DOUBLE"})
	}
	return out, rows.Err()
}
