package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/plan"
	"kith/internal/project"
	"kith/internal/run"
)

type showFlags struct {
	seqNo     string
	tree      bool
	table     bool
	assumeAll bool
	refs      []string
	svg       string
}

func (a *App) show() *cobra.Command {
	c := &cobra.Command{
		Use:   "show",
		Short: "Show what a project holds and how it hangs together",
		Example: example(`
			kith show models
			kith show dependencies -m user_feature_view
			kith show dataflow`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.showModels(), a.showDetails(), a.showDependencies(), a.showDataflow(), a.plan(), a.showLookup(), a.showReport(), a.showGraphReport(), a.showLineage(), a.showRuns(), a.showPublishes())
	return c
}

func (f *showFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.seqNo, "seq_no", "", "sequence number of the materials; default is latest")
	fl.BoolVar(&f.tree, "tree", false, "as a tree")
	fl.BoolVar(&f.table, "table", false, "as a table")
	fl.BoolVar(&f.assumeAll, "assume_all_inputs_exist", false, "open no warehouse; take every input to exist")
	fl.StringSliceVarP(&f.refs, "model_refs", "m", nil, "only these models and what they need")
	c.MarkFlagsMutuallyExclusive("tree", "table")
}

func (f *showFlags) addPicture(c *cobra.Command) {
	c.Flags().StringVar(&f.svg, "svg", "", "draw a picture into this SVG file; - is standard output")
	c.MarkFlagsMutuallyExclusive("svg", "tree", "table")
}

func (a *App) showModels() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use:   "models",
		Short: "List inputs, models, cohorts, views and features",
		Long: `List what the project declares, with the names of what a run makes of it. The table leaves features out; --tree shows them.
With --json it is an object with a key for each path, features included.`,
		Example: example("kith show models\nkith show models --tree\nkith show models --json"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := a.forShow(c.Context(), f)
			if err != nil {
				return err
			}
			return a.listModels(p, f)
		},
	}
	f.add(c)
	return c
}

func (a *App) showDependencies() *cobra.Command {
	return a.flowCommand(&cobra.Command{
		Use:     "dependencies",
		Short:   "Show what everything needs",
		Long:    "Show, for every thing that nothing else needs, what it is made of, down to the inputs.",
		Example: example("kith show dependencies\nkith show dependencies -m user_feature_view\nkith show dependencies --table\nkith show dependencies --svg needs.svg\nkith show dependencies --json"),
	}, needsOf, "What %s is made of", false)
}

func (a *App) showDataflow() *cobra.Command {
	return a.flowCommand(&cobra.Command{
		Use:     "dataflow",
		Short:   "Show how rows flow from the inputs to what is published",
		Long:    "Show the steps of a run from the inputs on: what each one feeds. Steps of one level do not need each other.",
		Example: example("kith show dataflow\nkith show dataflow --tree\nkith show dataflow --svg flow.svg\nkith show dataflow --json"),
	}, feedsOf, "How rows flow in %s", true)
}

// flowCommand makes a command that shows the flow of a project in one direction: as a picture under a title that has a %s
// for the project's name, as a table or as a tree. table says which of the last two comes unasked.
func (a *App) flowCommand(c *cobra.Command, next func(*project.FlowNode) []string, title string, table bool) *cobra.Command {
	var f showFlags
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error {
		p, err := a.forShow(c.Context(), f)
		if err != nil {
			return err
		}
		if f.svg != "" {
			return a.drawPicture(p.Flow(), fmt.Sprintf(title, p.Project.Spec.Name.Value), f.svg, next)
		}
		f.table = f.table || table && !f.tree
		return a.drawFlow(p.Flow(), f, next)
	}
	f.add(c)
	f.addPicture(c)
	return c
}

// forShow compiles the project with what is known of the warehouse without changing it. A warehouse that is not there
// yet, or in use by a run, keeps nobody from looking at the project.
func (a *App) forShow(ctx context.Context, f showFlags) (*project.Compiled, error) {
	if diags := (project.When{SeqNo: f.seqNo}).Check(); diags.HasErrors() {
		return nil, refuse(ExitUser, diags)
	}
	p, err := a.load(ctx)
	if err != nil {
		return nil, err
	}
	t, err := a.target(p)
	if err != nil {
		return nil, err
	}
	c, diags, err := a.look(ctx, p, t, f)
	var refused *failure
	if errors.As(err, &refused) {
		return nil, err
	}
	a.diags.Add(diags)
	if err != nil {
		return nil, stop(ExitRun, err)
	}
	if c == nil {
		return nil, refuse(ExitCompile, a.diags)
	}
	a.say(a.diags)
	return c, nil
}

func (a *App) look(ctx context.Context, p *project.Project, t project.Target, f showFlags) (*project.Compiled, diag.List, error) {
	offline := func() (*project.Compiled, diag.List, error) {
		m, diags := project.When{SeqNo: f.seqNo}.Offline(a.Now())
		if diags.HasErrors() {
			return nil, nil, refuse(ExitUser, diags)
		}
		s := p.Settings(t, m)
		if s.Dialect == "" { // nothing of the SQL is shown
			s.Dialect = a.Leaves.Dialects[0].Name()
		}
		s.Refs = f.refs
		return p.Compile(s, plan.Facts{})
	}
	if f.assumeAll || t.Warehouse == nil {
		return offline()
	}
	w, err := p.OpenTarget(ctx, t, project.Access{Holder: "kith show", ReadOnly: true, ShowValues: a.flags.showValues})
	switch {
	case errors.Is(err, project.ErrNothingBuilt):
		return offline()
	case locked(err):
		a.note("%s", a.style().Dim("The warehouse is in use; every input is taken to exist."))
		return offline()
	case err != nil:
		return nil, nil, refuse(ExitRun, diag.List{t.DiagnoseConnection(err)})
	}
	defer w.Close()
	m, diags, err := a.shownMoment(ctx, w, f.seqNo)
	if err != nil {
		return nil, nil, err
	}
	if diags.HasErrors() {
		return nil, nil, refuse(ExitUser, diags)
	}
	s := w.Settings(m)
	s.Refs = f.refs
	if m.Known && p.End(m.EndTime).Equal(m.EndTime) { // the names of what was built have the numbers of that run
		return w.Compile(ctx, s)
	}
	return p.Compile(s, plan.Facts{})
}

// shownMoment is that of a number, or of the latest run, or of the first run when there was none.
func (a *App) shownMoment(ctx context.Context, w *project.Work, seqNo string) (project.Moment, diag.List, error) {
	if seqNo == "" {
		if _, ok, err := w.Registry.Latest(ctx); err != nil && !nothingYet(err) {
			return project.Moment{}, nil, err
		} else if !ok {
			m, diags := project.When{}.Offline(a.Now())
			return m, diags, nil
		}
		seqNo = "latest"
	}
	m, diags, err := w.Moment(ctx, project.When{SeqNo: seqNo}, a.Now())
	if err != nil && nothingYet(err) {
		return m, a.nothingBuilt(), nil
	}
	return m, diags, err
}

func locked(err error) bool {
	var sq *run.SQLError
	return errors.As(err, &sq) && sq.Kind == "locked"
}

func (a *App) listModels(c *project.Compiled, f showFlags) error {
	all := c.List()
	if a.flags.json {
		return a.document(byPath(all))
	}
	if f.tree {
		a.modelTree(c, all)
		return nil
	}
	style := view.StyleOf(a.Out)
	var rows [][]string
	columns := 0
	for _, l := range all {
		if l.IsColumn() {
			columns++
			continue
		}
		status := l.Status
		if status != project.Enabled {
			status = style.Warn(status)
		}
		if l.Reason != "" {
			status += " (" + l.Reason + ")"
		}
		rows = append(rows, []string{l.Path, l.Type, dash(l.Entity), dash(l.OutputType), dash(l.View), style.Dim(dash(l.Material)), status})
	}
	view.Table(a.Out, []string{"PATH", "TYPE", "ENTITY", "OUTPUT", "PUBLISHED AS", "MATERIAL", "STATUS"}, rows)
	a.note("%s", style.Dim(fmt.Sprintf("and %s; --tree shows them", view.Count(columns, "var"))))
	return nil
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// pathObject is a JSON object with a key for each path, in the order of the graph.
type pathObject []*project.Listed

func byPath(all []*project.Listed) pathObject { return all }

// MarshalJSON writes the object.
func (o pathObject) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, l := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{l.Path, l} {
			if j > 0 {
				b.WriteByte(':')
			}
			if err := documentTo(&b, v); err != nil {
				return nil, err
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// modelTree draws entities with their graph, vars, views and cohorts; then inputs and SQL models.
func (a *App) modelTree(c *project.Compiled, all []*project.Listed) {
	style := view.StyleOf(a.Out)
	first := true
	write := func(b *view.Branch) {
		if !first {
			fmt.Fprintln(a.Out)
		}
		first = false
		b.Write(a.Out)
	}
	for _, e := range c.Graph.Entities {
		root := &view.Branch{Text: style.Bold(e.Name)}
		if e.Description != "" {
			root.Text += "  " + style.Dim(e.Description)
		}
		var types []string
		for _, t := range e.IDTypes {
			types = append(types, t.Name)
		}
		root.Add("%s", "ids  "+style.Dim(strings.Join(types, ", ")))
		if e.Stitcher != nil {
			g := root.Add("%s", "graph  "+style.Accent(string(e.Stitcher.Address)))
			for _, s := range e.Stitcher.Sources {
				g.Add("%s", string(s.From.Addr()))
			}
		}
		a.cohortTree(root, c, e.Root, style)
		write(root)
	}
	for _, group := range []struct {
		title string
		is    func(l *project.Listed) bool
	}{
		{"inputs", func(l *project.Listed) bool { return l.Type == "input" }},
		{"models", func(l *project.Listed) bool {
			return l.Entity == "" && l.Type != "input" && !l.IsColumn()
		}},
	} {
		b := &view.Branch{Text: style.Bold(group.title)}
		for _, l := range all {
			if !group.is(l) {
				continue
			}
			text := l.Path + "  " + style.Dim(strings.TrimSpace(l.Type+" "+l.OutputType))
			if l.Status != project.Enabled {
				text += "  " + style.Warn(l.Status)
			}
			b.Add("%s", text)
		}
		if len(b.Below) > 0 {
			write(b)
		}
	}
}

func needsOf(n *project.FlowNode) []string { return n.Needs }
func feedsOf(n *project.FlowNode) []string { return n.Feeds }

// drawFlow shows a flow; next leads from a node to those that are drawn below it.
func (a *App) drawFlow(f *project.Flow, flags showFlags, next func(*project.FlowNode) []string) error {
	if a.flags.json {
		return a.document(f)
	}
	style := view.StyleOf(a.Out)
	if flags.table {
		var rows [][]string
		for _, n := range f.ByLevel() {
			rows = append(rows, []string{fmt.Sprint(n.Level), n.Path, dash(n.Published), dash(strings.Join(n.Needs, ", "))})
		}
		view.Table(a.Out, []string{"LEVEL", "STEP", "PUBLISHED AS", "NEEDS"}, rows)
		return nil
	}
	drawn := map[string]bool{}
	var hang func(b *view.Branch, n *project.FlowNode)
	label := func(n *project.FlowNode) string {
		s := n.Path
		if n.Published != "" {
			s += "  " + style.Accent(n.Published)
		}
		return s
	}
	hang = func(b *view.Branch, n *project.FlowNode) {
		below := next(n)
		if drawn[n.Path] && len(below) > 0 {
			b.Text += style.Dim("  … see above")
			return
		}
		drawn[n.Path] = true
		for _, p := range below {
			m := f.Node(p)
			hang(b.Add("%s", label(m)), m)
		}
	}
	first := true
	for _, n := range ends(f, next) {
		if !first {
			fmt.Fprintln(a.Out)
		}
		first = false
		b := &view.Branch{Text: label(n)}
		hang(b, n)
		b.Write(a.Out)
	}
	return nil
}

// ends are the nodes that no other node leads to, in the order of the flow.
func ends(f *project.Flow, next func(*project.FlowNode) []string) []*project.FlowNode {
	led := map[string]bool{}
	for _, n := range f.Nodes {
		for _, p := range next(n) {
			led[p] = true
		}
	}
	var out []*project.FlowNode
	for _, n := range f.Nodes {
		if !led[n.Path] {
			out = append(out, n)
		}
	}
	return out
}
