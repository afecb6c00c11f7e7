package spec

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// checkNames holds all names of a project against each other and against what names can be used for.
func checkNames(d *Decoder, p *Project) {
	entities := newNameSet(d, "entity", true)
	for _, e := range p.Entities {
		entities.add(e.Name)
		entities.identifier(e.Name)
	}
	idTypes := newNameSet(d, "id type", false)
	for _, t := range p.IDTypes {
		idTypes.add(t.Name)
	}
	inputs := newNameSet(d, "input", true)
	for _, i := range p.Inputs {
		inputs.add(i.Name)
		inputs.identifier(i.Name)
	}
	models := newNameSet(d, "model", true)
	for _, m := range p.Models {
		models.add(m.Name)
		models.identifier(m.Name)
	}
	macros := newNameSet(d, "macro", false)
	for _, m := range p.Macros {
		macros.add(m.Name)
		macros.identifier(m.Name)
	}
	checks := newNameSet(d, "check", true)
	for _, c := range p.Checks {
		checks.add(c.Name)
	}
	groups := newNameSet(d, "var group", false)
	groups.warnOnly = true
	vars := newNameSet(d, "var", false)
	for _, g := range p.VarGroups {
		groups.add(g.Name)
		for _, v := range g.Vars {
			vars.identifier(v.Name)
		}
	}
}

// nameSet finds names of one kind that are used twice.
type nameSet struct {
	d        *Decoder
	kind     string
	fold     bool // references do not tell upper from lower case
	warnOnly bool
	first    map[string]source.At[string]
}

func newNameSet(d *Decoder, kind string, fold bool) *nameSet {
	return &nameSet{d: d, kind: kind, fold: fold, first: map[string]source.At[string]{}}
}

func (s *nameSet) add(name source.At[string]) {
	if name.Value == "" {
		return
	}
	key := name.Value
	if s.fold {
		key = strings.ToLower(key)
	}
	first, dup := s.first[key]
	if !dup {
		s.first[key] = name
		return
	}
	if s.warnOnly {
		s.d.Warnf(diag.SDuplicateGroup, name.Span, "%s %q is there twice", s.kind, name.Value).
			WithAlso(first.Span, "first defined here").WithFix("rename one; both are read")
		return
	}
	g := s.d.Errorf(diag.SDuplicateName, name.Span, "%s %q is defined twice", s.kind, name.Value).WithAlso(first.Span, "first defined here")
	if first.Value != name.Value {
		g.WithFix("rename one: references do not tell %q from %q", name.Value, first.Value)
	} else {
		g.WithFix("rename or remove one")
	}
}

// identifier warns of names that do not work everywhere names are used.
func (s *nameSet) identifier(name source.At[string]) {
	switch {
	case name.Span.IsZero() || isIdentifier(name.Value):
	case name.Value == "":
		s.d.Errorf(diag.SMissingKey, name.Span, "the name of this %s is empty", s.kind)
	case strings.ContainsAny(name.Value, "/\n"):
		s.d.Errorf(diag.SName, name.Span, "%s name %q cannot be part of a path", s.kind, name.Value).WithFix("use letters, digits and _")
	default:
		s.d.Warnf(diag.SName, name.Span, "%s name %q is not an identifier", s.kind, name.Value).
			WithFix("use letters, digits and _: templates and SQL cannot name it as it is")
	}
}

func isIdentifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
