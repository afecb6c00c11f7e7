package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/lint"
	"kith/internal/project"
)

type checkFlags struct {
	sarif   string
	strict  bool
	without []string
	dialect string
}

func (a *App) check() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Say everything that is wrong with a project, without a warehouse",
		Long: `Read the project and its packages, resolve every name, read every template and every piece of SQL, and write the statements
of a run, without opening a warehouse or writing a file. All mistakes are said at once.

A project without mistakes also gets advice (codes beginning with L): what is accepted and probably not meant. Advice is a
warning; with --strict warnings make the command fail, too. kith explain says what a code means.

The exit code is 2 when something is wrong. With --json standard output is one document.`,
		Example: example(`
			kith check
			kith check -p examples/shop --strict
			kith check --without L006,L010
			kith check --sarif kith.sarif      # for code scanning`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.checkProject(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.sarif, "sarif", "", "write what is found as SARIF 2.1.0 to this file; - is standard output")
	fl.BoolVar(&f.strict, "strict", false, "fail for warnings, too")
	fl.StringSliceVar(&f.without, "without", nil, "leave advice of these codes out; may be repeated or a list with commas")
	fl.StringVar(&f.dialect, "dialect", "", "write the SQL of another engine than the target's")
	return c
}

func (f *checkFlags) check(a *App) (without []diag.Code, diags diag.List) {
	var known []string
	for _, r := range lint.Rules() {
		known = append(known, string(r.Code))
	}
	for _, w := range f.without {
		code := strings.ToUpper(w)
		if !slices.Contains(known, code) {
			diags.Errorf(diag.UFlag, noSpan, "--without %s is no code of advice; there are %s", w, list(known))
		}
		without = append(without, diag.Code(code))
	}
	if f.sarif == "-" && a.flags.json {
		diags.Errorf(diag.UFlag, noSpan, "--json and --sarif - both want standard output")
	}
	if f.dialect != "" && !a.Leaves.Reads(f.dialect) {
		diags.Errorf(diag.DUnknown, noSpan, "no dialect %q; there are %s", f.dialect, list(a.Leaves.DialectNames()))
	}
	return without, diags
}

func (a *App) checkProject(ctx context.Context, f checkFlags) error {
	without, diags := f.check(a)
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	root, c, found, err := a.found(ctx, f, without)
	if err != nil {
		return err
	}
	code := ExitOK
	if counts := diag.Count(found); counts.Errors > 0 || f.strict && counts.Warnings > 0 {
		code = ExitCompile
	}
	if f.sarif != "" {
		if err := a.writeSARIF(f.sarif, root, found); err != nil {
			return stop(ExitUser, fmt.Errorf("the SARIF file cannot be written: %w", err))
		}
	}
	if err := a.showChecked(f, c, found, code); err != nil {
		return err
	}
	if code != ExitOK {
		return exit(code)
	}
	return nil
}

// found is everything there is to say of the project. c is nil when something is wrong.
func (a *App) found(ctx context.Context, f checkFlags, without []diag.Code) (root string, c *project.Compiled, found diag.List, err error) {
	p, diags, err := project.Load(ctx, a.flags.project, a.Leaves)
	switch {
	case err != nil:
		return "", nil, nil, stop(ExitUser, err)
	case hasCode(diags, diag.YNoProject):
		return "", nil, nil, refuse(ExitUser, diags)
	case p == nil:
		root, err = filepath.Abs(a.flags.project)
		if err != nil {
			return "", nil, nil, stop(ExitUser, err)
		}
		return root, nil, diags, nil
	case diags.HasErrors():
		return p.Spec.Root, nil, diags, nil
	}
	m, _ := project.When{}.Offline(a.Now())
	s, err := a.offline(p, m, f.dialect)
	if err != nil {
		return "", nil, nil, err
	}
	diags.Add(a.diags)
	c, more, err := p.Check(s, without...)
	if err != nil {
		return "", nil, nil, stop(ExitRun, err)
	}
	diags.Add(more)
	return p.Spec.Root, c, diags, nil
}

func (a *App) showChecked(f checkFlags, c *project.Compiled, found diag.List, code int) error {
	counts := diag.Count(found)
	if a.flags.json {
		return a.document(struct {
			ExitCode    int       `json:"exitCode"`
			Errors      int       `json:"errors"`
			Warnings    int       `json:"warnings"`
			Notes       int       `json:"notes"`
			Diagnostics diag.List `json:"diagnostics"`
		}{code, counts.Errors, counts.Warnings, counts.Notes, found})
	}
	a.say(found)
	if f.sarif == "-" || c == nil {
		return nil
	}
	style := view.StyleOf(a.Out)
	g, features := c.Graph, 0
	for _, v := range g.Cohorts {
		features += len(v.Vars)
	}
	mark := style.Good("✔")
	if code != ExitOK {
		mark = style.Bad("✘")
	}
	fmt.Fprintf(a.Out, "%s %s compiles for %s: %s, %s, %s, %s\n", mark, c.Project.Spec.Name.Value, c.Settings.Dialect, view.Count(len(g.Inputs), "input"),
		view.Count(len(g.SQL)+len(g.Stitchers)+len(g.Cohorts)-len(g.Entities), "model"), view.Count(features, "var"), view.Count(len(c.Plan.Steps), "step"))
	return nil
}

// writeSARIF writes to a file or, for "-", to standard output. Places are told from the working directory, as code scanning
// wants them, when the project lies below it.
func (a *App) writeSARIF(path, root string, found diag.List) error {
	prefix := root
	if rel, err := filepath.Rel(dir(), root); err == nil && filepath.IsLocal(rel) {
		prefix = rel
	}
	write := func(w io.Writer) error { return documentTo(w, view.SARIF(found, a.Leaves.Version, prefix)) }
	if path == "-" {
		return write(a.Out)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeWhole(path, write)
}
