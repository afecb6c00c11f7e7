package audit

import (
	"context"
)

// auditor is the work on one graph.
type auditor struct {
	w     Warehouse
	g     Graph
	types []string       // declared, in order
	place map[string]int // of a type among them
	out   *Audit
}

// Of audits a graph. The error is the warehouse's.
func Of(ctx context.Context, w Warehouse, g Graph, t Thresholds) (*Audit, error) {
	a := &auditor{w: w, g: g, types: declared(g.Stitcher.Entity), place: map[string]int{}, out: &Audit{Stitcher: string(g.Stitcher.Address),
		Entity: g.Stitcher.Entity.Name, Material: g.Parts.Graph.Name(), Changed: g.Changed,
		// Lists of nothing are lists, for whoever reads the JSON.
		Edges:   EdgeReport{ByType: []TypePair{}, Found: []FoundIn{}, Lost: []DroppedBy{}},
		Degrees: []Degree{}, Largest: []*Cluster{}, Longest: []*Cluster{}, Seeds: []*Cluster{}, Suspects: []*Suspect{}, NeverLink: []string{}, NeverMeet: []NeverMeet{}, Apart: [][]string{},
		Sources: []Source{}, Trend: []TrendPoint{}, Notes: []string{}}}
	for i, t := range a.types {
		a.place[t] = i
	}
	if err := a.shape(ctx); err != nil {
		return nil, err
	}
	a.out.Thresholds = t.settle(a.out.Sizes.sizes)
	for _, step := range []func(context.Context) error{a.found, a.degrees, a.suspects, a.coverage, a.drift} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	a.unlinked()
	if g.Changed {
		a.out.Notes = append(a.out.Notes, "The project has changed since the graph was built: what sources bring is left out.")
	}
	return a.out, nil
}
