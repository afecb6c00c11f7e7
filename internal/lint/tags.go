package lint

import (
	"kith/internal/diag"
	"kith/internal/spec"
)

// tags finds tags of vars that available_tags does not list. A project that lists none has said nothing about tags.
func tags(p *pass) {
	projects := []*spec.Project{p.g.Spec}
	for i := 0; i < len(projects); i++ {
		for _, imp := range projects[i].Imports {
			projects = append(projects, imp.Project)
		}
	}
	known := map[string]bool{}
	var names []string
	for _, s := range projects {
		for _, t := range s.AvailableTags {
			known[t.Name.Value] = true
			names = append(names, t.Name.Value)
		}
	}
	if len(known) == 0 {
		return
	}
	for _, g := range p.g.Spec.VarGroups {
		for _, v := range g.Vars {
			for _, t := range v.Tags {
				if known[t.Value] {
					continue
				}
				fix := "list it under available_tags in pb_project.yaml"
				if near := diag.Nearest(t.Value, names); near != "" {
					fix = "did you mean \"" + near + "\"?"
				}
				p.Warnf(diag.LTag, t.Span, "tag %q is not among the available_tags", t.Value).WithFix("%s", fix)
			}
		}
	}
}
