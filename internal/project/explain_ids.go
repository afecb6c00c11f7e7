package project

import (
	"time"

	"kith/internal/identity"
)

// EdgeEvidence is what one source says of two ids.
type EdgeEvidence struct {
	Source string `json:"source"`
	// Rule is what joined them there: a rule or a composite key; "" when they stood on one row.
	Rule string `json:"rule,omitempty"`
	// Rows is how many rows say so, 0 where none does: a rule or a decision.
	Rows int64 `json:"rows"`
	// FirstSeen and LastSeen are nil where the source has no time.
	FirstSeen *time.Time `json:"firstSeen"`
	LastSeen  *time.Time `json:"lastSeen"`
	// DroppedBy is what took the edge away; "" for one that counts.
	DroppedBy string `json:"droppedBy,omitempty"`
}

// IDPair are two ids with all that is said of them.
type IDPair struct {
	From  ID             `json:"from"`
	To    ID             `json:"to"`
	Edges []EdgeEvidence `json:"edges"`
}

func idOf(n identity.Node) ID { return ID{Type: n.Type, Value: n.Value} }

func edgeEvidence(e identity.Edge) EdgeEvidence {
	return EdgeEvidence{Source: e.Source, Rule: e.Rule, Rows: e.Rows, FirstSeen: seen(e.FirstSeen), LastSeen: seen(e.LastSeen), DroppedBy: e.DroppedBy}
}

func seen(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// pairOf says all that some edges say of two nodes.
func pairOf(g *identity.Graph, from, to int, edges []int) IDPair {
	p := IDPair{From: idOf(g.Nodes[from]), To: idOf(g.Nodes[to])}
	for _, e := range edges {
		p.Edges = append(p.Edges, edgeEvidence(g.Edges[e]))
	}
	return p
}
