package cli

import (
	"context"

	"kith/internal/cli/page"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// report finishes the report of a run and writes its files. A report that cannot be written does not change how a run ended.
func (r *runView) report(ctx context.Context, out *run.Outcome) {
	code := exitCode(out)
	rep := r.log.End(out, code, nil, r.resume(code), nil)
	r.warnings.Add(r.told.end(rep))
	rep.Warnings = append(only(r.app.diags, diag.Warning), r.warnings...).Masked()
	if len(out.Published) > 0 && !out.Interrupted {
		numbers, err := r.work.Report(ctx, r.compiled, out)
		switch {
		case err == nil:
			rep.Report = numbers
		case !interrupted(ctx, err):
			r.unread = err
		}
	}
	html, err := page.HTML(rep)
	if err == nil {
		var path string
		if path, err = r.compiled.WriteReport(rep, html); err == nil {
			r.page = project.Relative(joined(r.compiled.Project.Spec.Root, path), dir())
		}
	}
	if err != nil {
		r.warnings.Warnf(diag.WReport, noSpan, "the report of the run cannot be written: %v", err)
	}
}

// only are the diagnostics of a severity.
func only(l diag.List, s diag.Severity) diag.List {
	var out diag.List
	for _, d := range l {
		if d.Severity == s {
			out = append(out, d)
		}
	}
	return out
}
