package project

import (
	"sort"
	"strings"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/plan"
)

// Listed is a node of the project as `show models` lists it. The keys of its JSON are those that tools for Profiles read.
type Listed struct {
	Path         string   `json:"model_path"`
	Name         string   `json:"name"`
	Type         string   `json:"model_type"`
	Entity       string   `json:"entity,omitempty"`
	Material     string   `json:"material_name,omitempty"`
	View         string   `json:"warehouse_view_name,omitempty"`
	OutputType   string   `json:"output_type"`
	RunType      string   `json:"run_type"`
	SQLType      string   `json:"sql_type,omitempty"`
	Status       string   `json:"enable_status"`
	Reason       string   `json:"disabled_reason,omitempty"`
	Hash         string   `json:"model_hash"`
	IsFeature    bool     `json:"is_feature"`
	Description  string   `json:"description,omitempty"`
	Dependencies []string `json:"dependencies"`
	File         string   `json:"file,omitempty"`
	Line         int      `json:"line,omitempty"`
}

// The statuses of a Listed.
const (
	Enabled  = "Enabled"
	Maybe    = "Maybe Enabled"
	Disabled = "Disabled"
)

// IsColumn reports whether the node is a var: a column of something rather than a thing of its own.
func (l *Listed) IsColumn() bool { return l.OutputType == "column" }

// List returns every node of a compiled project in the order of the graph: what a node needs stands before it. Without a
// catalog nobody knows whether optional inputs exist: they and what needs them may be enabled.
func (c *Compiled) List() []*Listed {
	published := map[addr.Addr]string{}
	for _, p := range c.Lowered.Published {
		if !p.Part {
			published[p.Step] = p.Name
		}
	}
	ofVar := map[*model.EntityVar]*lower.Step{}
	for _, s := range c.Lowered.Steps {
		for _, v := range s.Vars {
			ofVar[v] = s
		}
	}
	maybe := map[model.Node]bool{}
	var out []*Listed
	for _, n := range c.Graph.Order {
		l := describe(n)
		b := n.Base()
		l.Path, l.Hash, l.RunType = string(b.Address), b.Hash, runType(n)
		l.Status = c.status(n, maybe)
		l.Reason = b.Disabled
		l.Dependencies = []string{}
		for _, m := range b.Needs {
			l.Dependencies = append(l.Dependencies, string(m.Addr()))
		}
		if !b.Span.IsZero() {
			l.File = b.Span.Path()
			l.Line, _ = b.Span.Position()
		}
		step := c.Lowered.Step(b.Address)
		if v, ok := n.(*model.EntityVar); ok {
			step = ofVar[v]
		}
		if step != nil {
			l.Material = step.Out.Name()
			l.View = published[step.Addr]
			l.SQLType = "single"
			if len(step.Program) > 1 {
				l.SQLType = "multi"
			}
			if l.OutputType == "" {
				l.OutputType = "view"
				if step.IsTable {
					l.OutputType = "table"
				}
			}
			if l.Type == "" {
				l.Type = step.Type
			}
		}
		out = append(out, l)
	}
	return out
}

func (c *Compiled) status(n model.Node, maybe map[model.Node]bool) string {
	if n.Base().Disabled != "" {
		return Disabled
	}
	if in, ok := n.(*model.Input); ok && in.Optional && c.Settings.Catalog == nil && in.Format == model.FromTable {
		maybe[n] = true
	}
	for _, m := range n.Base().Needs {
		if maybe[m] {
			maybe[n] = true
		}
	}
	if maybe[n] {
		return Maybe
	}
	return Enabled
}

// runType says whether a run may begin with what an earlier one made of a node.
func runType(n model.Node) string {
	if s, ok := n.(*model.Stitcher); ok && s.Incremental && !s.Collator {
		return "incremental"
	}
	return "discrete"
}

// describe fills in what depends on the kind of the node.
func describe(n model.Node) *Listed {
	switch n := n.(type) {
	case *model.Input:
		return &Listed{Name: n.Name, Type: "input"}
	case *model.SQLModel:
		return &Listed{Name: n.Name, Type: "sql_template", OutputType: string(n.Output)}
	case *model.Stitcher:
		t := "id_stitcher"
		if n.Collator {
			t = "id_collator"
		}
		return &Listed{Name: n.Name, Type: t, Entity: n.Entity.Name, OutputType: string(n.Output)}
	case *model.Union:
		return &Listed{Name: n.Name, Type: "common_column_union"}
	case *model.Foreign:
		return &Listed{Name: n.Name, Type: n.Type, Entity: entityName(n.Entity)}
	case *model.Cohort:
		return &Listed{Name: n.Name, Type: "entity_cohort", Entity: n.Entity.Name}
	case *model.EntityVar:
		return &Listed{Name: n.Name, Type: "entity_var_item", Entity: n.Cohort.Entity.Name, OutputType: "column", IsFeature: n.IsFeature, Description: n.Description}
	case *model.InputVar:
		return &Listed{Name: n.Name, Type: "input_var_item", Entity: n.Entity.Name, OutputType: "column", Description: n.Description}
	case *model.VarTable:
		return &Listed{Name: n.Cohort.ObjectName() + "_var_table", Type: "entity_var_table", Entity: n.Cohort.Entity.Name}
	case *model.FeatureTable:
		return &Listed{Name: n.Name, Type: "feature_table_model", Entity: n.Cohort.Entity.Name}
	case *model.FeatureView:
		return &Listed{Name: n.Name, Type: "feature_view", Entity: n.Cohort.Entity.Name}
	}
	return &Listed{Name: n.Addr().Last()}
}

// entityName is the name of an entity, "" for none.
func entityName(e *model.Entity) string {
	if e == nil {
		return ""
	}
	return e.Name
}

// Flow is what feeds what, a node for each step of a run.
type Flow struct {
	Nodes []*FlowNode `json:"nodes"`
	Edges []FlowEdge  `json:"edges"`

	at map[string]*FlowNode // by path, in lower case
}

// FlowNode is a step. Level is 0 for what needs nothing, else one more than the highest level it needs: steps of one level
// can run at the same time.
type FlowNode struct {
	Path      string   `json:"path"`
	Title     string   `json:"title"`
	Type      string   `json:"type"`
	Entity    string   `json:"entity,omitempty"`
	Material  string   `json:"material"`
	Published string   `json:"published,omitempty"`
	Vars      []string `json:"vars,omitempty"`
	Level     int      `json:"level"`
	Needs     []string `json:"-"`
	Feeds     []string `json:"-"`
}

// FlowEdge says that From feeds To.
type FlowEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Flow returns the steps of a run and what they need, in the order of the run. With refs it holds those and what they need
// only.
func (c *Compiled) Flow() *Flow {
	f := &Flow{Nodes: []*FlowNode{}, Edges: []FlowEdge{}, at: map[string]*FlowNode{}}
	published := map[addr.Addr]string{}
	for _, p := range c.Plan.Published {
		if !p.Part {
			published[p.Step] = p.Name
		}
	}
	for _, s := range c.Plan.Steps {
		if s.Action == plan.Leave {
			continue
		}
		n := &FlowNode{Path: string(s.Addr), Title: s.Title, Type: s.Type, Entity: s.EntityName(), Material: s.Out.Name(), Published: published[s.Addr]}
		for _, v := range s.Vars {
			n.Vars = append(n.Vars, v.Name)
		}
		f.at[strings.ToLower(n.Path)] = n
		for _, need := range s.Needs {
			m := f.at[need.Key()]
			if m == nil {
				continue
			}
			n.Needs = append(n.Needs, m.Path)
			m.Feeds = append(m.Feeds, n.Path)
			n.Level = max(n.Level, m.Level+1)
			f.Edges = append(f.Edges, FlowEdge{m.Path, n.Path})
		}
		f.Nodes = append(f.Nodes, n)
	}
	return f
}

// Node returns the node of a path, nil when there is none.
func (f *Flow) Node(path string) *FlowNode { return f.at[strings.ToLower(path)] }

// ByLevel returns the nodes by level, and within a level in the order of the run.
func (f *Flow) ByLevel() []*FlowNode {
	out := append([]*FlowNode{}, f.Nodes...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Level < out[j].Level })
	return out
}
