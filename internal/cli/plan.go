package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/plan"
	"kith/internal/project"
)

type planFlags struct {
	compileFlags
	dependents, diff bool
	out              string
}

// plan is the command, also found under show, where tools for Profiles look for it.
func (a *App) plan() *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what a run would do, step by step, and why",
		Long: `Show what kith run would do with the same flags: which steps it would build and what made that necessary, which it would
reuse, and which names it would publish or drop. Nothing is written. Without --seq_no that is a run of now, for which nothing
has been built yet.

With --diff the SQL of each step to be built is compared with that of the last run of it, names of materials left without
hash and number.

With --out the plan is saved, too, for kith run --plan to do that and nothing else: it refuses when the project or the
warehouse has changed by then.`,
		Example: example(`
			kith plan
			kith plan --seq_no latest               # what has changed since the last run
			kith plan --seq_no latest --diff
			kith plan -m user/all/revenue --json
			kith plan --out monday.plan             # then kith run --plan monday.plan`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.planned(c.Context(), f) },
	}
	whenFlags(c, &f.when)
	fl := c.Flags()
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	fl.BoolVar(&f.force, "force", false, "as if everything were to be built again")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need")
	fl.BoolVar(&f.dependents, "show_dependents", false, "name every step that is downstream")
	fl.BoolVar(&f.diff, "diff", false, "show how the SQL of steps to be built differs from that of their last run")
	fl.StringVar(&f.out, "out", "", "save the plan in this file")
	withoutFlag(c, &f.without)
	return c
}

func (a *App) planned(ctx context.Context, f planFlags) error {
	diags := f.check(a.Leaves)
	if f.checkOut(&diags); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	c, err := a.foresee(ctx, p, f)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := a.savePlan(c, f.out); err != nil {
			return err
		}
	}
	if a.flags.json {
		return a.planDocument(c)
	}
	a.say(a.diags)
	s := &planScreen{w: a.Out, style: view.StyleOf(a.Out), c: c.Compiled, verbose: a.flags.verbose, dependents: f.dependents}
	s.write()
	s.differences(c.differences)
	if f.out != "" {
		a.note("\nCarry it out with:  %s", a.style().Accent(a.line("kith run", "--plan", f.out)))
	}
	return nil
}

// planScreen shows a plan to people.
type planScreen struct {
	w                   io.Writer
	style               view.Style
	c                   *project.Compiled
	verbose, dependents bool
}

func (s *planScreen) write() {
	set := s.c.Settings
	s.head("Seq no", fmt.Sprintf("%d, %s", set.SeqNo, times(set.BeginTime, set.EndTime)))
	for _, x := range s.c.Plan.Contexts {
		if x.SeqNo != set.SeqNo {
			fmt.Fprintf(s.w, "        %d, %s, at a boundary of time grains\n", x.SeqNo, times(x.BeginTime, x.EndTime))
		}
	}
	s.head("Plan", planSummary(s.c))
	build, _, _ := s.c.Plan.Counts()
	if build > 0 || s.verbose || s.dependents {
		s.steps(build)
	}
	s.names()
	s.checks()
}

func (s *planScreen) head(label, text string) {
	fmt.Fprintf(s.w, "%s%s\n", s.style.Dim(fmt.Sprintf("%-8s", label)), text)
}

// planSummary is a plan in one line.
func planSummary(c *project.Compiled) string {
	build, reuse, leave := c.Plan.Counts()
	publish, drop := 0, 0
	for _, n := range c.Plan.Names {
		switch n.Action {
		case plan.Publish:
			publish++
		case plan.Drop:
			drop++
		}
	}
	if build+publish+drop+leave == 0 {
		return fmt.Sprintf("Nothing to build: seq no %d is published", c.Settings.SeqNo)
	}
	out := steps(build, reuse, leave)
	if publish > 0 {
		out += ", " + view.Count(publish, "name") + " to publish"
	}
	if drop > 0 {
		out += ", " + view.Count(drop, "name") + " to drop"
	}
	return out
}

// shownReasons is how many reasons the first screen of a run gives.
const shownReasons = 5

// roots are why a run builds something, each once with the number of steps, the roots of what is only built anew after them
// alone. Where nothing was there before nothing needs a reason.
func roots(c *project.Compiled) []string {
	var order []string
	count := map[string]int{}
	for _, st := range c.Plan.Steps {
		if st.Action != plan.Build || st.Earlier == "" {
			continue
		}
		r := st.Reason
		if _, root, through := strings.Cut(r, ", which is built anew because "); through {
			r = root
		}
		if count[r]++; count[r] == 1 {
			order = append(order, r)
		}
	}
	var out []string
	for i, r := range order {
		if i == shownReasons && len(order) > shownReasons+1 {
			return append(out, fmt.Sprintf("and for %d other reasons; see kith plan", len(order)-i))
		}
		out = append(out, fmt.Sprintf("%s (%s)", r, view.Count(count[r], "step")))
	}
	return out
}

// steps shows those that are built, each with its reason, and of the others the number, or all when more is asked for.
func (s *planScreen) steps(build int) {
	of := map[plan.Action][]*plan.Step{}
	for _, st := range s.c.Plan.Steps {
		of[st.Action] = append(of[st.Action], st.Step)
	}
	for _, action := range []plan.Action{plan.Build, plan.Reuse, plan.Leave} {
		list := of[action]
		if len(list) == 0 || action != plan.Build && !s.verbose && !s.dependents {
			continue
		}
		fmt.Fprintf(s.w, "\n%s\n", s.style.Bold(strings.ToUpper(string(action[:1]))+string(action[1:])))
		width := 0
		for _, st := range list {
			width = max(width, len(st.Addr))
		}
		for _, st := range list {
			name := fmt.Sprintf("%-*s", width, st.Addr)
			if action == plan.Build {
				name = s.style.Good(name)
			}
			fmt.Fprintf(s.w, "  %s  %s%s\n", name, st.Reason, s.style.Dim(s.inShort(st)))
			s.details(st, strings.Repeat(" ", width+4))
		}
	}
}

// inShort is what goes behind a step's reason: the rows to expect and how much is downstream.
func (s *planScreen) inShort(st *plan.Step) string {
	out := ""
	if st.Extends != nil && st.Action == plan.Build {
		out += fmt.Sprintf("; begins with that of seq no %d", st.Extends.SeqNo)
	}
	if st.Rows >= 0 {
		out += "; about " + view.Count(int(st.Rows), "row")
	}
	if len(st.Downstream) > 0 {
		out += "; feeds " + view.Count(len(st.Downstream), "step")
	}
	return out
}

// details are the lines below a step, when more is asked for: what it chooses, reads and leaves, and what is downstream by name.
func (s *planScreen) details(st *plan.Step, indent string) {
	line := func(word string, names []string) {
		if len(names) > 0 {
			fmt.Fprintln(s.w, indent+s.style.Dim(word+" "+strings.Join(names, ", ")))
		}
	}
	if st.Action == plan.Build {
		for _, r := range st.Reading {
			fmt.Fprintln(s.w, indent+s.style.Dim(r))
		}
	}
	if s.verbose {
		for _, c := range st.Choices() {
			fmt.Fprintln(s.w, indent+s.style.Dim(c))
		}
		line("reads", st.Reads)
		line("writes", st.Writes)
	}
	if s.dependents {
		var names []string
		for _, d := range st.Downstream {
			names = append(names, string(d))
		}
		line("feeds", names)
	}
}

// names shows what happens to published names; those that stay as they are only when more is asked for.
func (s *planScreen) names() {
	for _, of := range []struct {
		action plan.Action
		title  string
	}{{plan.Publish, "Publish"}, {plan.Drop, "Drop"}, {plan.Leave, "Stay as they are"}} {
		var list []plan.Name
		width := 0
		for _, n := range s.c.Plan.Names {
			if n.Action == of.action {
				list = append(list, n)
				width = max(width, len(n.Name))
			}
		}
		if len(list) == 0 || of.action == plan.Leave && !s.verbose {
			continue
		}
		fmt.Fprintf(s.w, "\n%s\n", s.style.Bold(of.title))
		for _, n := range list {
			name := fmt.Sprintf("%-*s", width, n.Name)
			if of.action == plan.Drop {
				name = s.style.Bad(name)
			}
			from := n.Material
			if n.Step != "" {
				from = string(n.Step)
			}
			fmt.Fprintf(s.w, "  %s  %s%s\n", name, from, s.style.Dim(", "+n.Reason))
		}
	}
}

// differences shows what is another SQL than in the last run, coloured.
func (s *planScreen) differences(list []project.Difference) {
	for _, d := range list {
		if d.Unified == "" {
			continue
		}
		fmt.Fprintln(s.w)
		for _, line := range strings.Split(strings.TrimRight(d.Unified, "\n"), "\n") {
			switch {
			case strings.HasPrefix(line, "diff "):
				line = s.style.Bold(line)
			case strings.HasPrefix(line, "+"):
				line = s.style.Good(line)
			case strings.HasPrefix(line, "-"):
				line = s.style.Bad(line)
			}
			fmt.Fprintln(s.w, line)
		}
	}
}
