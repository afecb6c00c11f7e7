package project

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kith/internal/dialect"
	"kith/internal/plan"
	"kith/internal/run"
)

// savedFormat is the version of the files that hold plans.
const savedFormat = 1

// SavedPlan is a plan as a file keeps it: what it takes to make the same plan again, and to tell that it is the same.
type SavedPlan struct {
	Format int `json:"format"`
	// Kith is the version that made the plan: another one may print other SQL.
	Kith    string      `json:"kith"`
	Project string      `json:"project"`
	Target  SavedTarget `json:"target"`

	SeqNo     int64      `json:"seqNo"`
	BeginTime *time.Time `json:"beginTime"`
	EndTime   time.Time  `json:"endTime"`
	ModelRefs []string   `json:"modelRefs"`
	Force     bool       `json:"force"`
	Without   []string   `json:"without"`

	// State is where the warehouse stood, null where nothing had been built.
	State *run.Standing `json:"state"`
	// Digest is over all Parts.
	Digest string      `json:"digest"`
	Parts  []SavedPart `json:"parts"`
}

// SavedTarget is where a plan is to be carried out.
type SavedTarget struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Place  string `json:"place"`
	Schema string `json:"schema"`
}

// SavedPart is a step, a published name or a check of a plan, with a digest of what the plan does with it.
type SavedPart struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Save makes the file's form of a plan for a target. state is where the warehouse stood before the plan was compiled, nil
// where there was none.
func (c *Compiled) Save(t Target, state *run.Standing) SavedPlan {
	s := c.Settings
	out := SavedPlan{Format: savedFormat, Kith: c.Project.Leaves.Version, Project: c.Project.Spec.Name.Value, Target: savedTarget(t),
		SeqNo: s.SeqNo, EndTime: s.EndTime.UTC(), ModelRefs: append([]string{}, s.Refs...), Force: s.Force, Without: []string{},
		State: state, Parts: c.parts()}
	if !s.BeginTime.IsZero() {
		begin := s.BeginTime.UTC()
		out.BeginTime = &begin
	}
	for _, w := range s.Without {
		out.Without = append(out.Without, string(w))
	}
	out.Digest = digestOf(out.Parts)
	return out
}

func savedTarget(t Target) SavedTarget {
	return SavedTarget{t.Output.Target, t.Type, t.Place(), t.Schema}
}

// ParseSavedPlan reads what Save makes. The error says what is wrong with the file.
func ParseSavedPlan(text []byte) (SavedPlan, error) {
	var s SavedPlan
	err := json.Unmarshal(text, &s)
	switch {
	case err != nil || s.Format == 0:
		return s, fmt.Errorf("it is no plan that kith plan --out has written")
	case s.Format != savedFormat:
		return s, fmt.Errorf("it has format %d, this kith reads format %d", s.Format, savedFormat)
	case s.SeqNo < 1 || s.EndTime.IsZero() || s.Digest != digestOf(s.Parts):
		return s, fmt.Errorf("it is not as kith plan --out has written it")
	}
	return s, nil
}

// When is the moment of the plan, as the command line would give it.
func (s *SavedPlan) When() When {
	w := When{SeqNo: fmt.Sprint(s.SeqNo), EndTime: s.EndTime.UTC().Format(time.RFC3339Nano)}
	if s.BeginTime != nil {
		w.BeginTime = s.BeginTime.UTC().Format(time.RFC3339Nano)
	}
	return w
}

// Elsewhere says why the plan is none of a project at a target, before anything is opened; "" when it is.
func (s *SavedPlan) Elsewhere(p *Project, t Target) string {
	var why []string
	if name := p.Spec.Name.Value; name != s.Project {
		why = append(why, fmt.Sprintf("it is of project %s, not %s", s.Project, name))
	}
	if here := savedTarget(t); here != s.Target {
		why = append(why, fmt.Sprintf("it is for target %s, not %s", s.Target, here))
	}
	if v := p.Leaves.Version; v != s.Kith {
		why = append(why, fmt.Sprintf("it was made by kith %s, this is %s", s.Kith, v))
	}
	return strings.Join(why, "; ")
}

// String names a target and where it is.
func (t SavedTarget) String() string {
	return fmt.Sprintf("%s (%s, schema %s of %s)", t.Name, t.Type, t.Schema, t.Place)
}

// Moved says how the state of the warehouse has moved since the plan was made; "" when it has not. leases is how
// many the run that asks has taken itself: each counts for one.
func (s *SavedPlan) Moved(now run.Standing, leases int64) string {
	var was run.Standing // a warehouse that has just been made ready
	if s.State != nil {
		was = *s.State
	}
	switch {
	case now.PublishNo != was.PublishNo:
		return fmt.Sprintf("another publish is in force: number %d, the plan was made on number %d", now.PublishNo, was.PublishNo)
	case now.Fence != was.Fence+leases:
		return "another run has begun in this warehouse since the plan was made"
	}
	return ""
}

// shownParts is how many parts of a plan are named that are not what they were.
const shownParts = 3

// Differs says what a plan made now does otherwise; "" when it does the same.
func (s *SavedPlan) Differs(c *Compiled) string {
	now := c.parts()
	if digestOf(now) == s.Digest {
		return ""
	}
	was := map[string]string{}
	for _, p := range s.Parts {
		was[p.Name] = p.Digest
	}
	var names []string
	for _, p := range now {
		if was[p.Name] != p.Digest {
			names = append(names, p.Name)
		}
		delete(was, p.Name)
	}
	for _, p := range s.Parts {
		if _, gone := was[p.Name]; gone {
			names = append(names, p.Name)
		}
	}
	why := "the project, or what is built of it, is not what it was"
	if more := len(names) - shownParts; more > 0 {
		names = append(names[:shownParts:shownParts], fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		why += ": " + strings.Join(names, ", ")
	}
	return why
}

// parts are all that a plan does, in its order.
func (c *Compiled) parts() []SavedPart {
	var out []SavedPart
	part := func(name string, does ...string) { out = append(out, SavedPart{name, hashed(does...)}) }
	for _, st := range c.Plan.Steps {
		does := []string{string(st.Action), st.Out.Name()}
		if st.Action == plan.Build {
			does = append(does, dialect.Script(st.Stmts))
		}
		part(string(st.Addr), does...)
	}
	for _, n := range c.Plan.Names {
		part("published "+n.Name, string(n.Action), n.Material)
	}
	for _, ch := range c.Plan.Checks {
		does := []string{string(ch.Action)}
		for i, t := range ch.Terms {
			does = append(does, t.Check.Name, fmt.Sprint(t.Check.Block), ch.Alone[i].S)
		}
		part("checks of "+ch.ObjectName(), does...)
	}
	return out
}

func digestOf(parts []SavedPart) string {
	var all []string
	for _, p := range parts {
		all = append(all, p.Name, p.Digest)
	}
	return hashed(all...)
}

// hashed is a digest of texts, each with its length so that none runs into the next.
func hashed(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))
}
