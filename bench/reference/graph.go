package main

import (
	"context"
	"path/filepath"
	"time"
)

// components finds the connected components of a graph of nodes 0 to n-1. ids are rows of three nodes each, -1 for none;
// the nodes of a row are connected. The result gives every node the least node of its component.
//
// It is as bare as it can be: one array of parents, path halving, the smaller root wins.
func components(ids []int32, n int) []int32 {
	parent := make([]int32, n)
	for i := range parent {
		parent[i] = int32(i)
	}
	find := func(x int32) int32 {
		for parent[x] != x {
			parent[x] = parent[parent[x]]
			x = parent[x]
		}
		return x
	}
	for i := 0; i+2 < len(ids); i += 3 {
		first := int32(-1)
		for _, id := range ids[i : i+3] {
			switch {
			case id < 0:
			case first < 0:
				first = id
			default:
				a, b := find(first), find(id)
				if a < b {
					parent[b] = a
				} else {
					parent[a] = b
				}
			}
		}
	}
	for i := range parent {
		parent[i] = find(int32(i))
	}
	return parent
}

// solved is what graph answers: the time of each repetition.
type solved struct {
	Seconds []float64 `json:"seconds"`
	Rows    int       `json:"rows"`
	Nodes   int       `json:"nodes"`
}

// graph measures components on rows that are in memory already.
func graph(_ context.Context, s settings) (any, error) {
	ids, n, err := readRows(filepath.Join(s.dir, rowsFile))
	if err != nil {
		return nil, err
	}
	out := solved{Rows: len(ids) / 3, Nodes: n}
	for range s.times {
		began := time.Now()
		components(ids, n)
		out.Seconds = append(out.Seconds, time.Since(began).Seconds())
	}
	return out, nil
}

// distinct measures what is left of the graph without the graph: reading the ids of both sources as texts and keeping each
// combination once. Whoever starts from texts must do this much or more.
func distinct(ctx context.Context, s settings) (any, error) {
	db, err := s.open(ctx, "")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return measure(func() error {
		return s.script(ctx, db, `
			CREATE TABLE events AS SELECT DISTINCT user_id, lower(email) AS email, anonymous_id FROM ':dir/events.parquet';
			CREATE TABLE logins AS SELECT DISTINCT user_id, lower(email) AS email, anonymous_id FROM ':dir/logins.parquet';
			`)
	})
}
