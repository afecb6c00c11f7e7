package plan_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/model/modeltest"
	"kith/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPlan makes plans of the projects in testdata/plan/*.txtar. The section "facts" lists what the registry knows to be built,
// by the addresses of steps or "all"; a line "seq_no 2" plans for another seq no than the facts' 1. "options" is "force" and
// "ref <path>" lines. "plan" is what comes out: a step and its reason a line, what is published, and what there is to say.
func TestPlan(t *testing.T) {
	files, err := filepath.Glob("testdata/plan/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			g, diags := modeltest.Resolve(t, ar.Files)
			if diags.HasErrors() {
				t.Fatal(modeltest.Text(diags))
			}
			first := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime}
			before := lower.Lower(g, first)
			facts, ctx := plan.Facts{Built: map[string]bool{}}, first
			for _, line := range strings.Fields(strings.ReplaceAll(modeltest.Section(ar, "facts"), "seq_no ", "seq_no=")) {
				switch {
				case line == "all":
					for _, s := range before.Steps {
						facts.Built[strings.ToLower(s.Out.Name())] = true
					}
				case line == "seq_no=2":
					ctx.SeqNo = 2
				case strings.HasPrefix(line, "-"):
					delete(facts.Built, built(t, before, line[1:]))
				default:
					facts.Built[built(t, before, line)] = true
				}
			}
			var opt plan.Options
			for _, line := range strings.Split(modeltest.Section(ar, "options"), "\n") {
				switch key, value, _ := strings.Cut(line, " "); key {
				case "":
				case "force":
					opt.Force = true
				case "ref":
					opt.Refs = append(opt.Refs, value)
				default:
					t.Fatalf("no option %q", key)
				}
			}
			p, diags := plan.Make(lower.Lower(g, ctx), ctx, facts, opt)
			modeltest.Golden(t, file, ar, *update, []txtar.File{{Name: "plan", Data: []byte(text(p) + modeltest.Text(diags))}})
		})
	}
}

func built(t *testing.T, l *lower.Result, a string) string {
	t.Helper()
	s := l.Step(addr.Addr(a))
	if s == nil {
		t.Fatalf("no step %s to be built", a)
	}
	return strings.ToLower(s.Out.Name())
}

func text(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s: %s\n", s.Action, s.Addr, s.Reason)
	}
	for _, v := range p.Published {
		fmt.Fprintf(&b, "publish %s from %s\n", v.Name, v.Step)
	}
	if (p.Publish == nil) != (len(p.Published) == 0) {
		b.WriteString("what is published and the statement differ\n")
	}
	build, reuse, leave := p.Counts()
	fmt.Fprintf(&b, "%d to build, %d to reuse, %d left\n", build, reuse, leave)
	return b.String()
}
