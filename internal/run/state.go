package run

import (
	"context"
	"fmt"
	"time"

	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/rel"
)

// stateVersion is the version of kith's own tables. A warehouse of an older version is brought forward when it is opened;
// one of a newer version is refused, because what is there may mean something else by then.
const stateVersion = 9

// stateTable has one row: who holds the lease, and which publish readers see. Both are in one row so that a single UPDATE can
// ask for the one and change the other: that is the whole of a commit on engines without transactions over tables.
var stateTable = rel.Named(rel.Internal, "kith_state")

var stateColumns = []rel.Column{
	{Name: "version", Type: rel.BigInt},
	// fence grows with every lease. What a run writes at its end asks for its own number.
	{Name: "fence", Type: rel.BigInt},
	{Name: "holder", Type: rel.Text}, // JSON of a Holder; NULL when nobody holds the lease
	{Name: "heartbeat_at", Type: rel.Timestamp}, {Name: "ttl_seconds", Type: rel.BigInt},
	{Name: "publish_no", Type: rel.BigInt}, {Name: "slot", Type: rel.Text}, {Name: "seq_no", Type: rel.BigInt},
}

// state is that row, with the warehouse's clock at the time of reading.
type state struct {
	version, fence, ttl, publishNo, seqNo int64
	holder, slot                          string
	heartbeat, now                        time.Time
}

// NewerState is the error of opening tables that a newer kith has written.
type NewerState struct{ Found, Known int64 }

// Error says what to do.
func (e *NewerState) Error() string {
	return fmt.Sprintf("the tables of kith in this warehouse have version %d, this kith knows version %d: use a newer kith", e.Found, e.Known)
}

// readState reads the row; ok is false when there is none yet.
func (r *Registry) readState(ctx context.Context) (s state, ok bool, err error) {
	sel := r.selectFrom(stateTable, "version", "fence", "ttl_seconds", "publish_no", "seq_no", "holder", "slot", "heartbeat_at")
	sel.Items = append(sel.Items, rel.Item{Expr: rel.F(rel.Now), As: "at_present"})
	rows, err := r.rows(ctx, sel)
	if err != nil || len(rows) == 0 {
		return s, false, err
	}
	row := rows[0]
	for i, to := range []*int64{&s.version, &s.fence, &s.ttl, &s.publishNo, &s.seqNo} {
		*to, _ = row[i].(int64)
	}
	s.holder, _ = row[5].(string)
	s.slot, _ = row[6].(string)
	s.heartbeat, _ = row[7].(time.Time)
	s.now, _ = row[8].(time.Time)
	return s, true, nil
}

// Standing is where the state of a warehouse stands: every lease and every publish moves it.
type Standing struct {
	PublishNo int64 `json:"publishNo"`
	// Fence is the number of the last lease.
	Fence int64 `json:"fence"`
}

// Standing reads where the state stands; ok is false when there is none yet.
func (r *Registry) Standing(ctx context.Context) (s Standing, ok bool, err error) {
	if _, made, err := r.Conn.Table(stateTable); err != nil || !made {
		return s, false, err
	}
	st, ok, err := r.readState(ctx)
	return Standing{st.publishNo, st.fence}, ok, err
}

// Open makes kith's tables where they are missing and what the dialect's statements call, and brings tables of an older version
// forward. The error is *NewerState
// when a newer kith has been here.
func (r *Registry) Open(ctx context.Context) error {
	for _, t := range dialect.Prepare(r.Dialect, r.Env) {
		if _, err := r.Conn.Exec(ctx, t.S); err != nil {
			return err
		}
	}
	_, known, err := r.Conn.Table(stateTable)
	if err != nil {
		return err
	}
	first := int64(stateVersion)
	if !known {
		if _, old, err := r.Conn.Table(publishedTable); err != nil {
			return err
		} else if old { // tables of before there was a state
			first = 1
		}
		if err := r.exec(ctx, rel.Program{&rel.Ensure{Object: stateTable, Columns: stateColumns,
			Rows: literals(stateColumns, first, int64(0), nil, nil, nil, int64(0), nil, nil)}}); err != nil {
			return err
		}
	}
	s, _, err := r.readState(ctx)
	if err != nil {
		return err
	}
	if s.version > stateVersion {
		return &NewerState{s.version, stateVersion}
	}
	if known && s.version == stateVersion {
		return nil
	}
	return r.bringForward(ctx, s.version)
}

// bringForward makes the tables of the current version out of those of an older one. Every part of it may be done twice:
// nothing tells that another session is not doing it too.
func (r *Registry) bringForward(ctx context.Context, from int64) error {
	p := rel.Program{}
	for v := from; v < stateVersion; v++ {
		p = append(p, migrations[v]...)
	}
	p = append(p, tables()...)
	if from < stateVersion {
		p = append(p, &rel.Update{Into: stateTable, Set: []rel.Item{{Expr: rel.I(stateVersion), As: "version"}},
			Where: []rel.Expr{rel.Eq(rel.C("t", "version"), rel.I(from))}})
	}
	return r.exec(ctx, p)
}

// tables makes the tables beside the state.
func tables() rel.Program {
	return rel.Program{
		&rel.Ensure{Object: registryTable, Columns: registryColumns},
		&rel.Ensure{Object: sequenceTable, Columns: []rel.Column{
			{Name: "seq_no", Type: rel.BigInt}, {Name: "begin_ts", Type: rel.Timestamp}, {Name: "end_ts", Type: rel.Timestamp}}},
		&rel.Ensure{Object: latestTable, Columns: []rel.Column{{Name: "seq_no", Type: rel.BigInt}}},
		&rel.Ensure{Object: publishedTable, Columns: publishedColumns},
		&rel.Ensure{Object: runTable, Columns: runColumns},
		&rel.Ensure{Object: stepTable, Columns: stepColumns},
		&rel.Ensure{Object: checkTable, Columns: checkColumns},
		&rel.Ensure{Object: definitionTable, Columns: definitionColumns},
		&rel.Ensure{Object: lower.IDMoves, Columns: lower.IDMovesColumns},
		&rel.Ensure{Object: lower.IDRedirects, Columns: lower.IDRedirectsColumns},
		&rel.Ensure{Object: lower.IDEvents, Columns: lower.IDEventsColumns},
		&rel.Ensure{Object: metricTable, Columns: metricColumns},
		&rel.Ensure{Object: lower.IDDecisions, Columns: lower.IDDecisionsColumns},
	}
}

// migrations[v] makes tables of version v+1 out of those of version v, beside what tables() makes. Version 2 had no results of
// checks, version 5 no definitions, version 6 no tables of ids, version 7 no metrics of graphs and version 8 no decisions, which need
// nothing else.
var migrations = map[int64]rel.Program{
	// Version 1 had no state: the book of published names held the present alone, and runs had no number of their own.
	1: append(append(addColumns(publishedTable, publishedColumns), addColumns(runTable, runColumns)...),
		&rel.Update{Into: publishedTable, Set: []rel.Item{{Expr: rel.I(1), As: "publish_no"}, {Expr: rel.S(kindView), As: "kind"}},
			Where: []rel.Expr{&rel.IsNull{X: rel.C("t", "publish_no")}}},
		&rel.Update{Into: stateTable, Set: []rel.Item{{Expr: rel.I(1), As: "publish_no"}},
			Where: []rel.Expr{rel.Eq(rel.C("t", "version"), rel.I(1))}}),
	// Version 3 counted what it had published anew after every run.
	3: addColumns(runTable, runColumns),
	// Version 4 did not know how large tables are.
	4: addColumns(stepTable, stepColumns),
}

func addColumns(o rel.Object, columns []rel.Column) rel.Program {
	out := rel.Program{&rel.Ensure{Object: o, Columns: columns}}
	for _, c := range columns {
		out = append(out, &rel.AddColumn{Table: o, Column: c})
	}
	return out
}
