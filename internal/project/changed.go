package project

import (
	"context"
	"regexp"

	"kith/internal/addr"
	"kith/internal/dialect"
	"kith/internal/plan"

	"github.com/rogpeppe/go-internal/diff"
)

// Difference is how the SQL of a step differs from that of its last run.
type Difference struct {
	Step addr.Addr
	// Unified is a unified diff, "" where nothing differs but hashes and numbers in names of materials.
	Unified string
}

// Differences compares the SQL of the steps that a plan builds with what the warehouse keeps of their last runs. Steps that
// were never run are left out.
func (w *Work) Differences(ctx context.Context, c *Compiled) ([]Difference, error) {
	var out []Difference
	for _, s := range c.Plan.Steps {
		if s.Action != plan.Build || s.Earlier == "" {
			continue
		}
		was, ok, err := w.Registry.CompiledSQL(ctx, string(s.Ref), s.Earlier)
		if err != nil {
			return nil, err
		}
		if ok {
			now := dialect.Script(s.Stmts)
			out = append(out, Difference{s.Addr, unified(string(s.Addr), was, now)})
		}
	}
	return out, nil
}

// ofMaterial is the end of a material's name: its hash and its number, which differ in every run.
var ofMaterial = regexp.MustCompile(`(Material_\w+?)_[0-9a-f]{8}_[0-9]+`)

// unified is the difference of two texts in which names of materials are without hash and number.
func unified(name, was, now string) string {
	was, now = ofMaterial.ReplaceAllString(was, "$1"), ofMaterial.ReplaceAllString(now, "$1")
	if was == now {
		return ""
	}
	return string(diff.Diff("last run of "+name, []byte(was), "this plan", []byte(now)))
}
