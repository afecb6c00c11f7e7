package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// splink is the loop of Splink's clustering: each id has a representative, and takes the least one among its own and its
// neighbours', until none changes.
func splink(ctx context.Context, s settings) (any, error) {
	return s.loop(ctx, `
		CREATE TABLE neighbours AS SELECT a AS node, b AS neighbour FROM edges WHERE a <> b UNION ALL SELECT b, a FROM edges WHERE a <> b;
		CREATE TABLE labels AS SELECT node, least(node, min(neighbour)) AS label FROM neighbours GROUP BY node;
		`, `
		CREATE TABLE next AS
			SELECT node, min(label) AS label FROM (
				SELECT n.node, r.label FROM neighbours AS n JOIN labels AS r ON r.node = n.neighbour
				UNION ALL SELECT node, label FROM labels)
			GROUP BY node;
		CREATE TABLE state AS SELECT count(*) AS changed FROM next JOIN labels USING (node) WHERE next.label <> labels.label;
		DROP TABLE labels;
		ALTER TABLE next RENAME TO labels;
		`)
}

// minLabel is the loop of pb. An id has the labels of its edges, the lesser end of each. In a round each id takes the least
// of its labels, each label becomes the least of its ids, and labels whose ids have no other are done, until all are.
func minLabel(ctx context.Context, s settings) (any, error) {
	return s.loop(ctx, `
		CREATE TABLE active AS SELECT a AS node, least(a, b) AS label FROM edges UNION SELECT b, least(a, b) FROM edges UNION SELECT a, a FROM edges UNION SELECT b, b FROM edges;
		CREATE TABLE labels (node BIGINT, label BIGINT);
		`, `
		CREATE TABLE least_of AS SELECT node, min(label) AS label FROM active GROUP BY node;
		CREATE TABLE moved AS SELECT a.label, min(l.label) AS least FROM active AS a JOIN least_of AS l USING (node) GROUP BY a.label;
		CREATE TABLE next AS SELECT DISTINCT a.node, m.least AS label FROM active AS a JOIN moved AS m USING (label);
		CREATE TABLE open AS SELECT DISTINCT label FROM next WHERE node IN (SELECT node FROM next GROUP BY node HAVING count(*) > 1);
		INSERT INTO labels SELECT node, label FROM next WHERE label NOT IN (FROM open);
		CREATE TABLE state AS SELECT count(*) AS changed FROM open;
		DROP TABLE active;
		CREATE TABLE active AS SELECT node, label FROM next WHERE label IN (FROM open);
		DROP TABLE least_of;
		DROP TABLE moved;
		DROP TABLE next;
		DROP TABLE open;
		`)
}

// loop measures a loop over a table of edges in a database of its own, until a round changes no label.
func (s settings) loop(ctx context.Context, begin, round string) (_ any, err error) {
	if err := remove(s.database); err != nil {
		return nil, err
	}
	db, err := s.open(ctx, s.database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.script(ctx, db, "CREATE TABLE edges AS FROM ':dir/"+edgesFile+"';\n"); err != nil {
		return nil, err
	}
	var out united
	c, err := measure(func() error {
		if err := s.script(ctx, db, begin); err != nil {
			return err
		}
		return out.rounds(ctx, s, db, round)
	})
	if err != nil {
		return nil, err
	}
	out.Seconds, out.CPU = []float64{c.Seconds}, []float64{c.CPU}
	return out, db.QueryRowContext(ctx, "SELECT count(*), CAST(coalesce(sum(label), 0) AS VARCHAR) FROM labels WHERE node <> label").Scan(&out.Joined, &out.Labels)
}

// rounds repeats a round until it leaves nothing to change.
func (u *united) rounds(ctx context.Context, s settings, db *sql.DB, round string) error {
	for changed := int64(1); changed > 0; u.Rounds++ {
		if u.Rounds == s.most {
			return fmt.Errorf("not settled after %d rounds", u.Rounds)
		}
		if err := s.script(ctx, db, round); err != nil {
			return err
		}
		if err := db.QueryRowContext(ctx, "SELECT changed FROM state").Scan(&changed); err != nil {
			return err
		}
		if err := s.script(ctx, db, "DROP TABLE state;\n"); err != nil {
			return err
		}
	}
	return nil
}
