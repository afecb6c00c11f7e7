package lint

import (
	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/sqltext"
)

// unseenVars finds vars that are computed in every run for nobody: no view shows them, and nothing reads them.
func unseenVars(p *pass) {
	s := seen(p.g)
	for _, c := range p.g.Cohorts {
		for _, v := range c.Vars {
			if v.Disabled == "" && !s.vars[v] && !s.whole[c] {
				p.Warnf(diag.LUnseenVar, v.Span, "nobody sees var %s: no view shows it and nothing reads it", v.Name).
					WithFix("%s", wayOut(v))
			}
		}
	}
	for _, src := range p.g.Sources() {
		for _, v := range src.SourceRows().InputVars {
			if v.Disabled == "" && !s.inputVars[v] && !s.wholeSource[src] {
				p.Warnf(diag.LUnseenVar, v.Span, "nobody sees input var %s: no var and no model reads it", v.Name).
					WithFix("read it in a var from %s, or take it away", src.Addr())
			}
		}
	}
}

func wayOut(v *model.EntityVar) string {
	if !v.IsFeature {
		return "take is_feature: false away to show it, or take the var away"
	}
	return "list it under features of feature_views, or take the var away"
}

// readers are what is read in a graph.
type readers struct {
	vars      map[*model.EntityVar]bool
	inputVars map[*model.InputVar]bool
	// whole are the cohorts, and wholeSource the sources, whose var table some query reads: with it all its columns.
	whole       map[*model.Cohort]bool
	wholeSource map[model.Source]bool
}

func seen(g *model.Graph) *readers {
	s := &readers{map[*model.EntityVar]bool{}, map[*model.InputVar]bool{}, map[*model.Cohort]bool{}, map[model.Source]bool{}}
	for _, n := range g.Order {
		switch n := n.(type) {
		case *model.FeatureView:
			for _, v := range n.Vars {
				s.vars[v] = true
			}
			continue
		case *model.VarTable:
			continue // it holds them all, for whoever reads it
		case *model.SQLModel:
			s.holes(n.Query)
			s.holes(n.Statements)
		case *model.FeatureTable:
			for _, f := range n.Features {
				if f.Var != nil {
					s.vars[f.Var] = true
				}
			}
		}
		s.holes(n.Base().PreRun)
		s.holes(n.Base().PostRun)
		for _, m := range n.Base().Needs {
			switch m := m.(type) {
			case *model.EntityVar:
				s.vars[m] = true
			case *model.InputVar:
				s.inputVars[m] = true
			case *model.VarTable:
				if _, isVar := n.(*model.EntityVar); !isVar {
					s.table(m.Cohort)
				}
			}
		}
	}
	return s
}

// holes notes the tables that a text reads whole.
func (s *readers) holes(t *sqltext.Tree) {
	if t == nil {
		return
	}
	for _, h := range t.Rendered.Holes {
		ref, ok := h.(model.RefHole)
		if !ok {
			continue
		}
		switch n := ref.Node.(type) {
		case *model.VarTable:
			s.table(n.Cohort)
		case *model.Cohort:
			if ref.Child == model.ChildVarTable {
				s.table(n)
			}
		case model.Source:
			s.wholeSource[n] = s.wholeSource[n] || ref.Child == model.ChildVarTable
		}
	}
}

// table notes that the var table of a cohort is read, which shows the vars of the cohorts it extends, too.
func (s *readers) table(c *model.Cohort) {
	for ; c != nil; c = c.Parent {
		s.whole[c] = true
	}
}
