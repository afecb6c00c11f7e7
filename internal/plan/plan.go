// Package plan decides what one run does and says why. A plan is made from facts handed in, so it needs no network: the same
// value is shown, written to files and carried out.
package plan

import (
	"fmt"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/lower"
	"kith/internal/rel"
)

// Action is what a run does with a step.
type Action string

// The actions.
const (
	Build Action = "build"
	Reuse Action = "reuse"
	// Publish is a name that gets a material, Drop one that goes.
	Publish Action = "publish"
	Drop    Action = "drop"
	// Leave is a step that --model_refs leaves out.
	Leave Action = "leave"
)

// Step is a step of a run with what is done to it and why.
type Step struct {
	*lower.Step
	Action Action
	// Reason is a sentence a data engineer would say.
	Reason string
	// Reads and Writes are names of objects: what the step reads of other steps and of the project's sources, and what it leaves.
	Reads, Writes []string
	// Rows is the number of rows to expect: that of the table an input shows, or of the last material of the same ref; -1 where
	// none is known.
	Rows int64
	// Downstream are the steps that read of it, directly or not, in the order of the run.
	Downstream []addr.Addr
	// Earlier is the hash of the material that the reason compares with, "" for none.
	Earlier string
}

// Plan is what a run will do.
type Plan struct {
	SeqNo              int64
	BeginTime, EndTime time.Time
	// Contexts are the sequence numbers and times that steps are made for, that of the run included, by time.
	Contexts []lower.Context
	Steps    []*Step
	// Publish makes all named objects visible at the end; nil when nothing is published.
	Publish   *rel.Publish
	Published []*lower.Published
	// Names is what happens to published names, in the order of the project, those that go last.
	Names []Name
	// Checks are due before the publish, the early ones before anything is built.
	Checks []*Check

	lowered *lower.Result
}

// Declared reports whether the project declares a published name of a node: it publishes it, or the node takes no part now
// (an optional input is missing) and would.
func (p *Plan) Declared(name, ref string) bool {
	for _, v := range p.lowered.Published {
		if strings.EqualFold(v.Name, name) {
			return true
		}
	}
	s, why := p.lowered.Find(ref)
	return s == nil && why != ""
}

// Options choose what to do.
type Options struct {
	// Force builds what is there already.
	Force bool
	// Project is the name of the project, whose published names it may drop.
	Project string
	// Refs limits the run to these nodes and what they need; empty means all.
	Refs []string
}

// Make decides the actions. A ref that names no step is a diagnostic.
func Make(l *lower.Result, ctx lower.Context, facts Facts, opt Options) (*Plan, diag.List) {
	var diags diag.List
	p := &Plan{SeqNo: ctx.SeqNo, BeginTime: ctx.BeginTime, EndTime: ctx.EndTime, Contexts: l.Contexts, lowered: l}
	wanted := chosen(l, opt.Refs, &diags)
	w := newWhy(l, facts)
	for _, s := range l.Steps {
		st := &Step{Step: s}
		switch {
		case wanted != nil && !wanted[s.Addr]:
			st.Action, st.Reason = Leave, "not asked for"
		case !opt.Force && facts.Whole(s):
			st.Action, st.Reason = Reuse, fmt.Sprintf("built in seq no %d with the same definition", s.SeqNo)
		default:
			st.Action = Build
			st.Reason, st.Earlier = w.build(s, opt.Force)
		}
		p.Steps = append(p.Steps, st)
	}
	p.connect(facts)
	p.publish(l, wanted)
	p.names(facts, opt)
	p.looks(l, facts, opt)
	return p, diags
}

// publish makes one statement of all views, so that they appear together.
func (p *Plan) publish(l *lower.Result, wanted map[addr.Addr]bool) {
	pub := &rel.Publish{}
	for _, v := range l.Published {
		if wanted != nil && !wanted[v.Step] {
			continue
		}
		p.Published = append(p.Published, v)
		pub.Views = append(pub.Views, rel.PublishedView{
			Name: v.Name, Table: v.Table, Comment: v.Comment, ColumnComments: v.ColumnComments,
			Body: &rel.Select{From: rel.Source{Rel: &rel.Table{Object: v.From}, Alias: "m"}, Items: []rel.Item{{Star: true, Of: "m"}}},
		})
	}
	if len(pub.Views) > 0 {
		p.Publish = pub
	}
}

// chosen are the steps of refs and all they need; nil means all.
func chosen(l *lower.Result, refs []string, diags *diag.List) map[addr.Addr]bool {
	if len(refs) == 0 {
		return nil
	}
	out := map[addr.Addr]bool{}
	var take func(a addr.Addr)
	take = func(a addr.Addr) {
		s := l.Step(a)
		if s == nil || out[a] {
			return
		}
		out[a] = true
		for _, n := range s.Needs {
			take(n)
		}
	}
	for _, r := range refs {
		s, why := l.Find(r)
		switch {
		case s != nil:
			take(s.Addr)
		case why != "":
			diags.Errorf(diag.RDisabled, noSpan, "%s takes no part in the run: %s", r, why)
		default:
			var near []string
			for _, s := range l.Steps {
				near = append(near, string(s.Addr))
				for _, v := range s.Vars {
					near = append(near, string(v.Address))
				}
			}
			d := diags.Errorf(diag.RUnknownPath, noSpan, "no model %q to run", r)
			if n := diag.Nearest(r, near); n != "" {
				d.WithFix("did you mean %q?", n)
			}
		}
	}
	withChecks(l, out, take)
	return out
}

// Counts returns how many steps are built, reused and left out.
func (p *Plan) Counts() (build, reuse, leave int) {
	for _, s := range p.Steps {
		switch s.Action {
		case Build:
			build++
		case Reuse:
			reuse++
		default:
			leave++
		}
	}
	return
}
