package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"kith/internal/audit"
	"kith/internal/cli/auditpage"
	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

// audited is the answer of an audit.
type audited struct {
	*audit.Audit
	// Failed are the conditions of --fail_on that hold.
	Failed []audit.Breach `json:"failed"`
}

func (a *App) auditGraph(c *cobra.Command, f auditFlags) error {
	l := notWith(c, "an audit without --truth", "worst")
	limits := a.limits(f.failOn, &l)
	for _, n := range []struct {
		name  string
		value int64
		least int64
	}{{"top", int64(f.top), 1}, {"deviations", f.deviations, 1}, {"bridge", f.bridge, 0}} {
		if n.value < n.least {
			l.Errorf(diag.UFlag, noSpan, "--%s %d is less than %d", n.name, n.value, n.least)
		}
	}
	if l.HasErrors() {
		return refuse(ExitUser, l)
	}
	ctx := c.Context()
	w, m, err := a.openAt(ctx, "kith audit", f.seqNo)
	if err != nil {
		return err
	}
	defer w.Close()
	out, diags, err := w.Audit(ctx, m, project.AuditOptions{Entity: f.entity, AllRows: f.allRows, Thresholds: audit.Thresholds{Deviations: f.deviations, Bridge: f.bridge, Top: f.top}})
	switch {
	case err != nil:
		return a.trouble(ctx, w.Target, err, "audit")
	case diags.HasErrors():
		return refuse(ExitUser, diags)
	}
	failed, diags := breaches(out, limits)
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	a.say(diags)
	if !a.flags.showValues {
		out.Mask()
	}
	return a.showAudit(audited{out, failed}, f.html)
}

// limits reads the conditions of --fail_on.
func (a *App) limits(texts []string, l *diag.List) []audit.Limit {
	var out []audit.Limit
	for _, text := range texts {
		limit, ok := audit.ParseLimit(text)
		if !ok {
			l.Errorf(diag.UFlag, noSpan, "--fail_on %q is no condition", text).WithFix("compare a metric with a number, as in \"largest > 1000\"; kith audit id_stitcher --help lists the metrics")
			continue
		}
		out = append(out, limit)
	}
	return out
}

// breaches are the conditions that hold. One about a metric that the graph has not is a mistake, unless it asks for changes and
// there is no graph before.
func breaches(out *audit.Audit, limits []audit.Limit) ([]audit.Breach, diag.List) {
	var diags diag.List
	failed := []audit.Breach{}
	values := map[string]float64{}
	var names []string
	for _, m := range out.Metrics() {
		values[m.Name] = m.Value
		names = append(names, m.Name)
	}
	for _, l := range limits {
		v, ok := values[l.Metric]
		switch {
		case ok && l.Failed(v):
			failed = append(failed, audit.Breach{Limit: l.Text, Value: v})
		case ok:
		case slices.Contains(audit.Drifting, l.Metric):
			diags.Warnf(diag.UFlag, noSpan, "--fail_on %q asks for changes, and there is no earlier graph to compare with", l.Text)
		default:
			d := diags.Errorf(diag.UFlag, noSpan, "--fail_on %q: there is no metric %s", l.Text, l.Metric)
			if near := diag.Nearest(l.Metric, append(names, audit.Drifting...)); near != "" {
				d.WithFix("did you mean %s?", near)
			}
		}
	}
	return failed, diags
}

func (a *App) showAudit(out audited, file string) error {
	err := a.page(file, func() ([]byte, error) {
		return auditpage.HTML(auditpage.Page{Audit: out.Audit, Failed: out.Failed, Version: a.Leaves.Version})
	})
	if err != nil {
		return err
	}
	if a.flags.json {
		if err := a.document(out); err != nil {
			return err
		}
	} else {
		view.Audit(a.Out, out.Audit)
		style := view.StyleOf(a.Out)
		for i, b := range out.Failed {
			if i == 0 {
				a.Out.Write([]byte("\n"))
			}
			a.Out.Write([]byte(style.Bad("✘") + " " + b.String() + "\n"))
		}
	}
	if len(out.Failed) > 0 {
		return exit(ExitRun)
	}
	return nil
}
