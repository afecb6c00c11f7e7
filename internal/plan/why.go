package plan

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/source"
)

// why finds the reason for which a step is built, by comparing its definition with that of its last material.
type why struct {
	facts Facts
	// byRef are the materials of refs in lower case, the oldest first.
	byRef map[string][]Material
	// complete are the names of materials in lower case.
	complete map[string]bool
	// known are refs in lower case that some definition is of.
	known map[string]bool
	// now are the refs of nodes of the project as it is, in lower case.
	now map[string]bool
}

func newWhy(l *lower.Result, facts Facts) *why {
	w := &why{facts: facts, byRef: map[string][]Material{}, complete: map[string]bool{}, known: map[string]bool{}, now: map[string]bool{}}
	for _, m := range facts.Materials {
		k := strings.ToLower(m.Ref)
		w.byRef[k] = append(w.byRef[k], m)
		w.complete[strings.ToLower(m.Name)] = true
	}
	for n := range facts.Definitions {
		w.known[n.Ref] = true
	}
	for _, s := range l.Steps {
		for _, n := range s.MadeOf() {
			w.now[n.Addr().Key()] = true
		}
	}
	return w
}

// build is why a step is built, and the hash of the material that it was compared with.
func (w *why) build(s *lower.Step, force bool) (reason, earlier string) {
	all := w.byRef[s.Ref.Key()]
	if c := w.beside(s); len(c) > 0 && !w.complete[strings.ToLower(s.Out.Name())] {
		return c.text(s.SeqNo), ""
	}
	if len(all) == 0 {
		switch {
		case force:
			return "forced", ""
		case len(w.facts.Materials) == 0:
			return "nothing is built yet", ""
		case w.known[s.Ref.Key()]:
			return "not finished by an earlier run", ""
		}
		return "new" + place(s.Span), ""
	}
	last := all[len(all)-1]
	switch {
	case force:
		return "forced", last.Hash
	case w.complete[strings.ToLower(s.Out.Name())]:
		return "its material was dropped: there is no " + w.facts.Missing(s), s.Hash
	}
	for i := len(all) - 1; i >= 0; i-- { // the same hash in another seq no: nothing but the time differs
		if m := all[i]; m.Hash == s.Hash {
			return moved(m, s), m.Hash
		}
	}
	c, known := w.changes(s, all)
	switch {
	case known && len(c) == 0: // bundles that are gathered
		return moved(last, s), last.Hash
	case !known:
		return fmt.Sprintf("its definition is not that of seq no %d, of which no more is known", last.SeqNo), last.Hash
	}
	return c.text(last.SeqNo), last.Hash
}

// moved says in what the time of a step is another one than that of a material of the same definition.
func moved(m Material, s *lower.Step) string {
	if m.EndTime.Equal(s.EndTime) {
		return fmt.Sprintf("seq no %d builds all of its own; seq no %d has the same end time", s.SeqNo, m.SeqNo)
	}
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return fmt.Sprintf("end time moved from %s to %s", at(m.EndTime), at(s.EndTime))
}

// cause is one thing that changed. Through are the nodes between it and the step, the step's own need first.
type cause struct {
	text    string
	since   bool // the text is about a change, not about something that is new
	at      source.Span
	through []string
	// piece is the name of the piece that differs, "" where none does; comes tells of a var that comes or something that goes.
	piece string
	comes bool
}

type causes []cause

// text names the first cause and counts the others.
func (c causes) text(since int64) string {
	first := c[0]
	out := first.text
	if first.since {
		out += fmt.Sprintf(" since seq no %d", since)
	}
	out += place(first.at)
	if n := len(first.through); n > 0 {
		out = "needs " + first.through[0] + ", which is built anew because " + out
	}
	switch n := len(c) - 1; {
	case n == 1:
		out += "; and 1 more change"
	case n > 1:
		out += fmt.Sprintf("; and %d more changes", n)
	}
	return out
}

// place is where something stands, to go after a sentence; "" where that is not known.
func place(at source.Span) string {
	if at.IsZero() {
		return ""
	}
	line, _ := at.Position()
	return fmt.Sprintf(", %s:%d", at.Path(), line)
}

// beside are the causes for which a kept table has not what a step makes beside it; none where nothing is kept.
func (w *why) beside(s *lower.Step) causes {
	was, ok := w.facts.Definitions[s.Beside]
	if !ok {
		return nil
	}
	now := s.Definition()
	had := slices.DeleteFunc(slices.Clone(was.Columns), func(n model.Need) bool { // what it has for others is no cause
		_, wanted := now.Need(n.Ref)
		return !wanted
	})
	out := w.compare(s.Ref, now, model.Definition{Needs: had}, s.MadeOf(), map[model.Need]bool{}, true)
	sort.SliceStable(out, func(i, j int) bool { return len(out[i].through) < len(out[j].through) })
	return out
}

// changes are what is different in a step from its earlier materials; known tells that their definition is.
func (w *why) changes(s *lower.Step, all []Material) (out causes, known bool) {
	last := all[len(all)-1]
	was, ok := w.facts.Definitions[model.Need{Ref: s.Ref.Key(), Hash: last.Hash}]
	if !ok {
		return nil, false
	}
	if len(s.Vars) > 0 { // a bundle may be one of several
		was = model.Definition{Needs: w.union(s.Ref, all)}
	}
	seen := map[model.Need]bool{}
	out = roots(s.Node, w.compare(s.Ref, s.Definition(), was, s.MadeOf(), seen, len(s.Vars) > 0))
	sort.SliceStable(out, func(i, j int) bool { return len(out[i].through) < len(out[j].through) })
	return out, true
}

// union are the needs that the bundles of a ref had, of each the last.
func (w *why) union(ref addr.Addr, all []Material) []model.Need {
	hash := map[string]string{}
	for _, m := range all {
		d := w.facts.Definitions[model.Need{Ref: ref.Key(), Hash: m.Hash}]
		for _, n := range d.Needs {
			hash[n.Ref] = n.Hash
		}
	}
	var out []model.Need
	for r, h := range hash {
		out = append(out, model.Need{Ref: r, Hash: h})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Ref < out[j].Ref })
	return out
}

// compare finds what differs between two definitions of one ref: its own pieces, or else the causes in what it needs. Those
// of a part of a whole (a var of a bundle or var table) are the whole's own.
func (w *why) compare(ref addr.Addr, now, was model.Definition, needs []model.Node, seen map[model.Need]bool, bundle bool) causes {
	var out causes
	for _, p := range now.Parts {
		old, ok := was.Part(p.Name)
		switch {
		case !ok:
			out = append(out, cause{text: fmt.Sprintf("%s of %s was added", p.Name, ref), since: true, at: p.At, piece: p.Name})
		case old.Text != p.Text:
			out = append(out, cause{text: fmt.Sprintf("%s of %s changed", p.Name, ref), since: true, at: p.At, piece: p.Name})
		}
	}
	for _, p := range was.Parts {
		if _, ok := now.Part(p.Name); !ok {
			out = append(out, cause{text: fmt.Sprintf("%s of %s was taken away", p.Name, ref), since: true})
		}
	}
	own := len(out) > 0 // needs that come and go with a piece are not told beside it
	for _, n := range needs {
		b := n.Base()
		hash, ok := was.Need(n.Addr().Key())
		switch {
		case ok && hash == b.Hash:
		case !ok && isVar(n):
			out = append(out, cause{text: string(n.Addr()) + " is new", at: b.Span, comes: true})
		case !ok && own:
		case !ok:
			out = append(out, cause{text: fmt.Sprintf("%s needs %s now", ref, n.Addr()), at: b.Span})
		default:
			out = append(out, w.below(n, hash, seen)...)
		}
	}
	for _, n := range was.Needs {
		if _, ok := now.Need(n.Ref); ok || own || bundle && w.now[n.Ref] {
			continue
		}
		text := fmt.Sprintf("%s does not need %s any more", ref, n.Ref)
		if !w.now[n.Ref] {
			text = n.Ref + " was taken away"
		}
		out = append(out, cause{text: text, since: true, comes: !w.now[n.Ref]})
	}
	return out
}

// roots leaves out what only follows: the list of a feature view changes with the vars that come and go.
func roots(n model.Node, out causes) causes {
	if _, ok := n.(*model.FeatureView); !ok || !slices.ContainsFunc(out, func(c cause) bool { return c.comes }) {
		return out
	}
	return slices.DeleteFunc(out, func(c cause) bool { return len(c.through) == 0 && c.piece == "features" })
}

// below are the causes in a need that had another hash, each once.
func (w *why) below(n model.Node, hash string, seen map[model.Need]bool) causes {
	key := model.Need{Ref: n.Addr().Key(), Hash: hash}
	if seen[key] {
		return nil
	}
	seen[key] = true
	was, ok := w.facts.Definitions[key]
	if !ok {
		return causes{{text: string(n.Addr()) + " changed", since: true, at: n.Base().Span}}
	}
	b := n.Base()
	out := roots(n, w.compare(n.Addr(), model.Definition{Parts: b.Parts, Needs: model.NeedsOf(b.Needs)}, was, model.TakingPart(b.Needs), seen, false))
	if isVar(n) {
		return out
	}
	for i := range out {
		out[i].through = append([]string{string(n.Addr())}, out[i].through...)
	}
	return out
}

// isVar reports whether a node is a column of something rather than a thing of its own.
func isVar(n model.Node) bool {
	switch n.(type) {
	case *model.EntityVar, *model.InputVar:
		return true
	}
	return false
}
