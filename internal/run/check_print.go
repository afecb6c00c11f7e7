package run

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/model"
	"kith/internal/plan"
	"kith/internal/rel"
)

// printChecks writes the queries of the looks of a plan.
func printChecks(p *plan.Plan, d dialect.Dialect, env dialect.Env) ([]*Check, diag.List) {
	var diags diag.List
	names := askNames(p, d, env)
	write := func(q rel.Rel) dialect.Text {
		if q == nil {
			return dialect.Text{}
		}
		text, ds := d.Query(q, env)
		diags.Add(ds)
		return text
	}
	var out []*Check
	for _, c := range p.Checks {
		pc := &Check{Check: c, Query: write(c.CheckScan.Query), Baseline: write(c.CheckScan.Baseline), Edges: write(c.CheckScan.Edges)}
		for _, t := range c.Terms {
			sample := write(t.Sample)
			pc.Alone = append(pc.Alone, write(t.Alone))
			pc.Samples = append(pc.Samples, sample)
			pc.Ask = append(pc.Ask, oneLine(names.Replace(sample.S)))
		}
		out = append(out, pc)
	}
	return out, diags
}

// askNames puts paths in the place of the names of materials.
func askNames(p *plan.Plan, d dialect.Dialect, env dialect.Env) *strings.Replacer {
	var pairs []string
	add := func(o rel.Object, path string) {
		pairs = append(pairs, d.Object(o, env), `{{this.DeRef("`+path+`")}}`)
	}
	for _, s := range p.Steps {
		if _, graph := s.Node.(*model.Stitcher); graph && len(s.Extra) > 2 { // before the graph, whose name theirs begin with
			add(s.Extra[0], string(s.Addr.Child(model.ChildMappings)))
			add(s.Extra[1], string(s.Addr.Child(model.ChildEdges)))
			add(s.Extra[2], string(s.Addr.Child(model.ChildIDEdges)))
		}
		add(s.Out, string(s.Addr))
	}
	return strings.NewReplacer(pairs...)
}
