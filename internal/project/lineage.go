package project

import (
	"slices"
	"strings"

	"kith/internal/lineage"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/rel"
)

// Lineage is how columns are followed through a compiled project: every step, and the published names.
func (c *Compiled) Lineage() *lineage.Graph {
	g := &lineage.Graph{Catalog: c.catalogColumns}
	for _, s := range c.Lowered.Steps {
		g.Add(s.Program)
	}
	if p := c.Plan.Publish; p != nil {
		g.Add(rel.Program{p})
	}
	return g
}

// catalogColumns are the columns of a table of the user, nil when there is nobody to ask or no such table.
func (c *Compiled) catalogColumns(o rel.Object) []string {
	if c.Settings.Catalog == nil || o.Space == rel.Internal || o.Space == rel.Temp {
		return nil
	}
	t, ok, err := c.Settings.Catalog.Table(o)
	if err != nil || !ok {
		return nil
	}
	var names []string
	for _, col := range t.Columns {
		names = append(names, col.Name)
	}
	return names
}

// FeatureLineage is a feature with the columns that it is made of.
type FeatureLineage struct {
	Feature string `json:"feature"`
	// Path is the address of the var, or of the SQL model's column.
	Path   string `json:"path"`
	Entity string `json:"entity"`
	Cohort string `json:"cohort"`
	// Of is the path of what its rows come from, "" for what is derived from other vars or constant.
	Of string `json:"of,omitempty"`
	// Published are the names that have it as a column.
	Published []string `json:"published"`
	// Inputs are columns of inputs and of tables that SQL models name themselves. Those of the identity graph are left out: which
	// rows belong to whom is decided by it for every feature.
	Inputs []LineageInput `json:"inputs"`
	File   string         `json:"file,omitempty"`
	Line   int            `json:"line,omitempty"`
}

// LineageInput is a column that a feature is made of.
type LineageInput struct {
	// From is the path of the input, or of an SQL model that could not be taken apart, or the name of a table.
	From   string        `json:"from"`
	Column string        `json:"column"`
	Uses   []lineage.Use `json:"uses"`
}

// Features follows every feature of the entities' own and of their cohorts' vars to the columns of inputs, in the order of the
// graph. A var that is no feature is among them when other things read it.
func (c *Compiled) Features() []*FeatureLineage {
	g := c.Lineage()
	f := &featureTracer{g: g, makers: map[string]*lower.Step{}}
	for _, s := range c.Lowered.Steps {
		for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
			f.makers[o.Key()] = s
		}
	}
	published := map[string]string{}
	for _, p := range c.Plan.Published {
		published[string(p.Step)] = p.Name
	}
	out := []*FeatureLineage{}
	for _, n := range c.Graph.Order {
		v, ok := n.(*model.EntityVar)
		if !ok || v.Broken || v.Disabled != "" || v.Cohort.VarTable == nil {
			continue
		}
		table := c.Lowered.Step(v.Cohort.VarTable.Address)
		if table == nil {
			continue
		}
		l := &FeatureLineage{Feature: v.Name, Path: string(v.Address), Entity: v.Cohort.Entity.Name, Cohort: v.Cohort.Name, Published: []string{}, Inputs: f.trace(table.Out, v.Name)}
		if v.From != nil {
			l.Of = string(v.From.Addr())
		}
		if !v.Span.IsZero() {
			l.File = v.Span.Path()
			l.Line, _ = v.Span.Position()
		}
		for _, o := range c.Graph.Order {
			if has(o, v) && published[string(o.Addr())] != "" {
				l.Published = append(l.Published, published[string(o.Addr())])
			}
		}
		out = append(out, l)
	}
	return out
}

// has reports whether a node shows a var as a column.
func has(n model.Node, v *model.EntityVar) bool {
	switch n := n.(type) {
	case *model.VarTable:
		return n.Cohort == v.Cohort
	case *model.FeatureTable:
		return slices.ContainsFunc(n.Features, func(f model.TableFeature) bool { return f.Var == v })
	case *model.FeatureView:
		return slices.Contains(n.Vars, v)
	}
	return false
}

type featureTracer struct {
	g *lineage.Graph
	// makers are the steps by what they make.
	makers map[string]*lower.Step
}

// trace follows a column to inputs. It stops at what an input makes, so that a column is named by the input and not by its table,
// and at identity graphs.
func (f *featureTracer) trace(o rel.Object, name string) []LineageInput {
	kind := func(d lineage.Dataset) (input, graph bool) {
		if d.File != "" || f.makers[d.Object.Key()] == nil {
			return false, false
		}
		switch f.makers[d.Object.Key()].Node.(type) {
		case *model.Input:
			return true, false
		case *model.Stitcher:
			return false, true
		}
		return false, false
	}
	stop := func(d lineage.Dataset) bool {
		input, graph := kind(d)
		return input || graph
	}
	out := []LineageInput{}
	for _, in := range f.g.Trace(o, name, stop) {
		if _, graph := kind(in.Dataset); graph {
			continue
		}
		l := LineageInput{From: in.Dataset.File, Column: in.Column, Uses: in.Uses}
		if s := f.makers[in.Dataset.Key()]; s != nil {
			l.From = string(s.Addr)
		} else if l.From == "" {
			l.From = objectName(in.Dataset.Object)
		}
		out = append(out, l)
	}
	return out
}

func objectName(o rel.Object) string {
	var parts []string
	for _, p := range o.Parts {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, ".")
}
