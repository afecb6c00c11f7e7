package model

import (
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
)

// order sorts all nodes so that each comes after what it needs, and reports cycles.
func (b *Builder) order() {
	for _, s := range b.Stitchers { // filters belong to id types; whoever stitches with them waits for what they read
		for _, t := range s.Entity.IDTypes {
			for _, f := range t.Filters {
				if f.Set != nil && f.Set.From != nil {
					s.need(f.Set.From)
				}
			}
		}
	}
	const visiting, done = 1, 2
	state := map[Node]int{}
	var path []Node
	var visit func(n Node)
	visit = func(n Node) {
		switch state[n] {
		case done:
			return
		case visiting:
			b.sayCycle(path, n)
			return
		}
		state[n] = visiting
		path = append(path, n)
		for _, m := range n.Base().Needs {
			visit(m)
			if m.Base().Broken {
				n.Base().Broken = true
			}
		}
		path = path[:len(path)-1]
		state[n] = done
		disable(n)
		b.Order = append(b.Order, n)
	}
	for _, p := range b.Paths() {
		visit(b.Node(addr.Addr(p)))
	}
}

// hashes gives every node its hash, when it is settled which take part: what is left out has no part in what is made.
func (b *Builder) hashes() {
	for _, n := range b.Order {
		hash(n, b.opt.HashSalt, b.Graph.Grain)
	}
}

// disable takes a node out of the run when something it cannot do without is out. A stitcher does without some of its sources,
// a var table, feature table or view without some of its vars.
func disable(n Node) {
	base := n.Base()
	if base.Disabled == "" && base.Enable == "disabled" {
		base.Disabled = "its enable_status is disabled"
	}
	if base.Disabled != "" {
		return
	}
	because := func(m Node) {
		if why := m.Base().Disabled; why != "" && base.Disabled == "" {
			base.Disabled = "it needs " + string(m.Addr()) + ", and " + why
		}
	}
	switch n := n.(type) {
	case *Stitcher:
		for _, es := range n.Sources {
			if es.From.Base().Disabled == "" {
				return
			}
		}
		for _, es := range n.Sources {
			because(es.From)
		}
	case *Union:
		for _, s := range n.From {
			if s.Base().Disabled == "" {
				return
			}
		}
		for _, s := range n.From {
			because(s)
		}
	case *VarTable:
		because(n.Cohort)
	case *FeatureTable:
		if n.Cohort != nil {
			because(n.Cohort)
		}
	case *FeatureView:
		because(n.Cohort.VarTable)
	default:
		for _, m := range base.Needs {
			because(m)
		}
	}
}

func (b *Builder) sayCycle(path []Node, back Node) {
	start := 0
	for i, n := range path {
		if n == back {
			start = i
		}
	}
	loop := path[start:]
	var names []string
	told := false
	for i, n := range loop {
		names = append(names, string(n.Addr()))
		n.Base().Broken = true
		need := [2]Node{n, loop[(i+1)%len(loop)]}
		told = told || b.inCircle[need]
		b.inCircle[need] = true
	}
	if told { // one that shares a reference with it opens with it, perhaps
		return
	}
	// The circle is told from its alphabetically first node, so that it reads the same from wherever it was entered.
	first := 0
	for i := range names {
		if names[i] < names[first] {
			first = i
		}
	}
	names = append(names[first:], names[:first]...)
	loop = append(append([]Node{}, loop[first:]...), loop[:first]...)
	d := b.Diags.Errorf(diag.RCycle, loop[0].Base().Span, "cyclic dependency: %s -> %s", strings.Join(names, " -> "), names[0])
	for _, n := range loop[1:] {
		d.WithAlso(n.Base().Span, "%s is part of the circle", n.Addr())
	}
	d.WithFix("take one of the references out of the circle")
}
