package cli

import (
	"context"
	"fmt"

	"kith/internal/cli/view"
	"kith/internal/plan"
	"kith/internal/project"
)

// mock walks through a run without a warehouse: everything is compiled and every step is named in its order, nothing is
// executed or written.
func (a *App) mock(ctx context.Context, p *project.Project, f runFlags) error {
	a.stream = nil // what is shown is one document, the plan
	c, err := a.compiled(ctx, p, compileFlags{when: f.when, assumeAll: true, force: f.force, refs: f.refs})
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.planDocument(&foreseen{Compiled: c})
	}
	a.say(a.diags)
	style := view.StyleOf(a.Out)
	for _, s := range c.Plan.Steps {
		if s.Action == plan.Build {
			fmt.Fprintf(a.Out, "Material %s would run (%s)\n", s.Out.Name(), s.Title)
		}
	}
	build, reuse, leave := c.Plan.Counts()
	fmt.Fprintf(a.Out, "\n%s %s, %s. Nothing was executed.\n", style.Good("✔"), steps(build, reuse, leave),
		view.Count(len(c.Plan.Published), "view")+" to publish")
	return nil
}
