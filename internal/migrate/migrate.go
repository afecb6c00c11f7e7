// Package migrate writes a project of an older schema in the current form. What is old is what loading the project found
// (spec.Older): here that becomes changes of bytes, so that comments, order, anchors and quotes stay as the user wrote them.
//
// Every change is proved before it is kept: the project is loaded again and has to say what it said before. A change that
// does not pass, because the text is of a shape that cannot be edited safely, is left to the user with its place.
package migrate

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/spec"
)

// Native is the schema version that migrated projects are written in.
const Native = 98

// Change is one thing that an older project writes otherwise: where, and the two forms in a few words. New is "" for what is
// taken away.
type Change struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Old    string `json:"old"`
	New    string `json:"new"`
	// ByHand is set for a change that Auto does not make.
	ByHand bool `json:"byHand,omitempty"`
}

// String is the change as a line of text.
func (c Change) String() string {
	what := c.Old + " -> " + c.New
	if c.New == "" {
		what = c.Old + ": remove"
	}
	if c.ByHand {
		what += " (by hand)"
	}
	return fmt.Sprintf("%s:%d:%d: %s", c.Path, c.Line, c.Column, what)
}

// Of returns the texts of a loaded project.
func Of(p *spec.Project) Files {
	out := Files{}
	for _, f := range p.Files {
		out[f.Path] = f.Data
	}
	return out
}

// Manual lists what to change in a project to bring it to a schema version, in the order of files and lines. 0 is Native.
func Manual(p *spec.Project, version int) []Change {
	var out []Change
	seen := map[Change]bool{}
	add := func(c Change) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	for _, o := range p.Older {
		add(changeOf(o))
	}
	if v := p.SchemaVersion; !v.Span.IsZero() && v.Value < orNative(version) {
		line, col := v.Span.Position()
		add(Change{Path: v.Span.Path(), Line: line, Column: col, Old: fmt.Sprintf("schema_version: %d", v.Value), New: fmt.Sprintf("schema_version: %d", orNative(version))})
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return (a.Line-b.Line)*1000000 + a.Column - b.Column
	})
	return out
}

func orNative(version int) int {
	if version == 0 {
		return Native
	}
	return version
}

func changeOf(o *spec.Older) Change {
	line, col := o.At.Position()
	return Change{Path: o.At.Path(), Line: line, Column: col, Old: oneLine(o.Old), New: oneLine(o.New)}
}

func oneLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return strings.TrimSpace(s[:i]) + " …"
	}
	return s
}

// Result is what Auto did.
type Result struct {
	// Files are the texts that changed. A nil text is a file that is gone, because it has another name now.
	Files Files
	// Changes are the changes made and, with ByHand, those left to the user. Places are those of the text before.
	Changes []Change
}

// Left returns the changes that are left to the user.
func (r Result) Left() []Change {
	var out []Change
	for _, c := range r.Changes {
		if c.ByHand {
			out = append(out, c)
		}
	}
	return out
}

// Auto brings a project to a schema version (0 is Native). A project that is there already, and nothing of which is of an
// older form, stays byte for byte what it is.
func Auto(files Files, version int) Result {
	m := &migration{files: maps.Clone(files), left: map[string]bool{}}
	p, errs := m.load(m.files)
	if p == nil {
		return Result{}
	}
	m.meaning, m.errs = p.Meaning(), errs
	all := Manual(p, version)
	m.forms(p)
	m.version(orNative(version))
	r := Result{Files: Files{}}
	for name, data := range m.files {
		if old, ok := files[name]; !ok || string(old) != string(data) {
			r.Files[name] = data
		}
	}
	for name := range files {
		if _, ok := m.files[name]; !ok {
			r.Files[name] = nil
		}
	}
	end, _ := m.load(m.files)
	r.Changes = marked(all, Manual(end, version))
	return r
}

// marked marks the changes that are left. What an edit brought about and could not be carried out comes last.
func marked(all, left []Change) []Change {
	var rest []Change
	for _, c := range left { // those whose line did not move, first: equal changes are told apart by it
		if i := slices.Index(all, c); i >= 0 {
			all[i].ByHand = true
		} else {
			rest = append(rest, c)
		}
	}
	for _, c := range rest {
		i := slices.IndexFunc(all, func(a Change) bool { return !a.ByHand && a.Path == c.Path && a.Old == c.Old && a.New == c.New })
		c.ByHand = true
		if i < 0 {
			all = append(all, c)
		} else {
			all[i].ByHand = true
		}
	}
	return all
}

// migration is the work of Auto.
type migration struct {
	files   Files
	meaning string // what the project says
	errs    int    // how many mistakes it has
	// left are the edits that did not pass.
	left map[string]bool
}

// maxRounds is more than any project needs: a round carries out all edits that do not touch each other.
const maxRounds = 500

// load loads texts and counts their mistakes.
func (m *migration) load(files Files) (*spec.Project, int) {
	p, list, err := spec.LoadFS(files, "")
	if err != nil || p == nil {
		return nil, 0
	}
	n := 0
	for _, d := range list {
		if d.Severity == diag.Error {
			n++
		}
	}
	return p, n
}

// keeps reports whether texts say what the project says, with no mistake more.
func (m *migration) keeps(files Files) (*spec.Project, bool) {
	p, errs := m.load(files)
	if p == nil || errs > m.errs || p.Meaning() != m.meaning {
		return nil, false
	}
	return p, true
}

// forms carries out the edits of older forms until there are none, or none that pass.
func (m *migration) forms(p *spec.Project) {
	one := false
	for range maxRounds {
		batch := m.batch(p, one)
		if len(batch) == 0 {
			return
		}
		next := m.apply(batch)
		q, ok := m.keeps(next)
		switch {
		case ok:
			m.files, p = next, q
			one = one && len(batch) == 1
		case len(batch) > 1:
			one = true // one of them is at fault
		default:
			m.left[batch[0].key] = true
			one = false
		}
	}
}

// candidate is an edit that is ready.
type candidate struct {
	key     string
	rename  *spec.RenameFile
	patches []patch
}

// batch picks edits that do not touch each other, the small ones first: what moves a text moves it as it is then.
func (m *migration) batch(p *spec.Project, one bool) []candidate {
	older := slices.Clone(p.Older)
	sort.SliceStable(older, func(i, j int) bool { return size(older[i].Edit) < size(older[j].Edit) })
	var out []candidate
	taken := map[string][]patch{}
	seen := map[string]int{}
	done := map[string]bool{}
	for _, o := range older {
		if o.At.File == nil {
			continue
		}
		place := fmt.Sprintf("%s:%d:%d:%T:%s", o.At.Path(), o.At.Start, o.At.End, o.Edit, o.New)
		if done[place] { // a text that is read twice, through an alias
			continue
		}
		done[place] = true
		line, _ := o.At.Position()
		key := strings.Join([]string{o.At.Path(), o.Old, o.New, strings.TrimSpace(o.At.File.Line(line))}, "\x00")
		seen[key]++
		key += "\x00" + strconv.Itoa(seen[key])
		if m.left[key] {
			continue
		}
		c := candidate{key: key}
		if rename, ok := o.Edit.(spec.RenameFile); ok {
			c.rename = &rename
		} else {
			ps, ok := patches(o.Edit)
			if !ok {
				m.left[key] = true
				continue
			}
			if touches(taken, ps) {
				continue
			}
			for _, x := range ps {
				taken[x.path] = append(taken[x.path], x)
			}
			c.patches = ps
		}
		out = append(out, c)
		if one {
			break
		}
	}
	return out
}

// size orders edits: those that replace a word, those that remove, those that move.
func size(e spec.Edit) int {
	switch e.(type) {
	case spec.RenameFile, spec.Replace, spec.WrapItem, spec.ReplaceItems, spec.AddKey:
		return 0
	case spec.RemoveKey, spec.RemoveItem:
		return 1
	case spec.Nest:
		return 2
	case spec.MoveItem:
		return 3
	case spec.MoveList:
		return 4
	}
	return 5 // what is added comes behind what is moved, as in the project that was read
}

// touches reports whether patches overlap others or each other.
func touches(taken map[string][]patch, ps []patch) bool {
	for i, a := range ps {
		for _, b := range append(slices.Clone(taken[a.path]), ps[:i]...) {
			if a.path == b.path && (a.start < b.end && b.start < a.end || a.start == b.start && a.end == b.end && a.end > a.start) {
				return true
			}
		}
	}
	return false
}

// apply returns the texts with edits carried out.
func (m *migration) apply(batch []candidate) Files {
	out := maps.Clone(m.files)
	by := map[string][]patch{}
	for _, c := range batch {
		for _, p := range c.patches {
			by[p.path] = append(by[p.path], p)
		}
	}
	for path, ps := range by {
		sort.SliceStable(ps, func(i, j int) bool {
			if ps[i].start != ps[j].start {
				return ps[i].start < ps[j].start
			}
			return ps[i].end < ps[j].end
		})
		var b []byte
		at := 0
		data := out[path]
		for _, p := range ps {
			if p.start < at {
				continue // overlaps what is written: the proof will tell
			}
			b = append(b, data[at:p.start]...)
			b = append(b, p.with...)
			at = p.end
		}
		out[path] = append(b, data[at:]...)
	}
	for _, c := range batch {
		if c.rename != nil {
			out[c.rename.To] = out[c.rename.From]
			delete(out, c.rename.From)
		}
	}
	return out
}

// version writes the schema version, unless the project would say something else under it.
func (m *migration) version(version int) {
	p, _ := m.load(m.files)
	if p == nil || p.SchemaVersion.Span.IsZero() || p.SchemaVersion.Value >= version {
		return
	}
	at := p.SchemaVersion.Span
	next := m.apply([]candidate{{patches: []patch{{at.Path(), at.Start, at.End, strconv.Itoa(version)}}}})
	if _, ok := m.keeps(next); ok {
		m.files = next
	}
}
