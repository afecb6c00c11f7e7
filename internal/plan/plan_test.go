package plan_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/addr"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/model/modeltest"
	"kith/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPlan makes plans of the projects in testdata/plan/*.txtar. The section "facts" tells what the registry knows, or is the
// registry itself in text (a line that begins with "material"). Otherwise a line is "run <seq no> <end time>" for an earlier run,
// and after it what that run made: the addresses of steps, or "all", less those with a minus; "begun" tells that it began all of it; "dropped <step>" takes what a
// step made away again, "dropped-part <step>" its last object, "forgotten" loses all definitions, "rows <input> <n>" counts a table and
// "foreign <name> <project>" is a name that another project publishes. An earlier run is of the project files below "before/",
// where there are any, laid over the others; after a line "now" it is of the project as it is, until a line "before". "options" are "force", "ref <path>", "seq_no <n>", "end <time>" and "without <name>". "plan" is
// what comes out: a step and its reason a line, what becomes of published names, and what there is to say.
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
			g := modeltest.Good(t, ar.Files)
			ctx := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime}
			var opt plan.Options
			for _, line := range strings.Split(modeltest.Section(ar, "options"), "\n") {
				switch key, value, _ := strings.Cut(line, " "); key {
				case "":
				case "force":
					opt.Force = true
				case "ref":
					opt.Refs = append(opt.Refs, value)
				case "seq_no":
					fmt.Sscan(value, &ctx.SeqNo)
				case "end":
					ctx.EndTime = moment(t, value)
				case "without":
					ctx.Without = append(ctx.Without, lower.Rewrite(value))
				default:
					t.Fatalf("no option %q", key)
				}
			}
			opt.Project = g.Spec.Name.Value
			text := modeltest.Section(ar, "facts")
			if !strings.HasPrefix(text, "material ") {
				text = happened(t, before(t, ar), g, text)
			}
			facts, err := plan.ParseFacts(text)
			if err != nil {
				t.Fatal(err)
			}
			if again := facts.Text(); again != text {
				t.Errorf("facts are written as\n%sread from\n%s", again, text)
			}
			if !opt.Force {
				ctx.Have = facts.Made
			}
			p, diags := plan.Make(lower.Lower(g, ctx), ctx, facts, opt)
			modeltest.Golden(t, file, ar, *update, []txtar.File{{Name: "plan", Data: []byte(show(p) + modeltest.Text(diags))}})
		})
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// before is the project as it was in earlier runs.
func before(t *testing.T, ar *txtar.Archive) *model.Graph {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range ar.Files {
		if modeltest.IsProject(f.Name) && !strings.HasPrefix(f.Name, "before/") {
			files[f.Name] = f.Data
		}
	}
	for _, f := range ar.Files {
		if name, ok := strings.CutPrefix(f.Name, "before/"); ok {
			files[name] = f.Data
		}
	}
	var list []txtar.File
	for name, data := range files {
		list = append(list, txtar.File{Name: name, Data: data})
	}
	return modeltest.Good(t, list)
}

// happened is the registry after the runs of a script, of a project as it was and as it is.
func happened(t *testing.T, was, is *model.Graph, script string) string {
	t.Helper()
	f := plan.Facts{Objects: map[string]bool{}, Definitions: map[model.Need]model.Definition{}}
	g := was
	ctx := lower.Context{SeqNo: 1, EndTime: modeltest.EndTime, Have: f.Made}
	l := lower.Lower(g, ctx)
	step := func(a string) *lower.Step {
		s := l.Step(addr.Addr(a))
		if s == nil {
			t.Fatalf("no step %s", a)
		}
		return s
	}
	for _, line := range strings.Split(script, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "":
		case word == "run":
			var at string
			fmt.Sscan(rest, &ctx.SeqNo, &at)
			ctx.EndTime = moment(t, at)
			l = lower.Lower(g, ctx)
		case word == "now", word == "before":
			g = is
			if word == "before" {
				g = was
			}
			l = lower.Lower(g, ctx)
		case word == "forgotten":
			clear(f.Definitions)
		case word == "foreign":
			n := plan.PublishedName{SeqNo: 1}
			fmt.Sscan(rest, &n.Name, &n.Project)
			n.Material, n.Ref = "Material_"+n.Name+"_0_1", "models/"+n.Name
			f.Names = append(f.Names, n)
		case word == "all":
			for _, s := range l.Steps {
				if !strings.Contains("\n"+script, "\n-"+string(s.Addr)+"\n") && !f.Complete(s.Out.Name()) {
					made(&f, s)
				}
			}
			f.Names = nil
			for _, v := range l.Published {
				s := l.Step(v.Step)
				f.Names = append(f.Names, plan.PublishedName{Name: v.Name, Material: v.From.Name(), Ref: string(s.Ref), Project: g.Spec.Name.Value, SeqNo: s.SeqNo})
			}
			f.PublishNo++
		case word == "rows":
			var ref string
			var n int64
			fmt.Sscan(rest, &ref, &n)
			if f.Rows == nil {
				f.Rows = map[string]int64{}
			}
			f.Rows[ref] = n
		case word == "dropped":
			for _, o := range plan.Objects(step(rest)) {
				delete(f.Objects, strings.ToLower(o.Name()))
			}
		case word == "dropped-part":
			all := plan.Objects(step(rest))
			delete(f.Objects, strings.ToLower(all[len(all)-1].Name()))
		case line == "begun":
			for _, s := range l.Steps {
				f.Definitions[model.Need{Ref: s.Ref.Key(), Hash: s.Hash}] = s.Definition()
			}
		case word[0] == '-':
		default:
			made(&f, step(word))
		}
	}
	return f.Text()
}

// made enters what a step made, with all definitions that it is of.
func made(f *plan.Facts, s *lower.Step) {
	m := plan.Material{Ref: string(s.Ref), Hash: s.Hash, Name: s.Out.Name(), SeqNo: s.SeqNo, Rows: -1, EndTime: s.EndTime}
	for _, o := range s.Over {
		m.Over = append(m.Over, o.Name())
	}
	f.Materials = append(f.Materials, m)
	for _, o := range plan.Objects(s) {
		f.Objects[strings.ToLower(o.Name())] = true
	}
	more := map[model.Need]model.Definition{{Ref: s.Ref.Key(), Hash: s.Hash}: s.Definition()}
	var visit func(nodes []model.Node)
	visit = func(nodes []model.Node) {
		for _, n := range nodes {
			b := n.Base()
			k := model.Need{Ref: b.Address.Key(), Hash: b.Hash}
			if _, ok := more[k]; !ok {
				more[k] = model.Definition{Parts: b.Parts, Needs: model.NeedsOf(b.Needs)}
				visit(b.Needs)
			}
		}
	}
	visit(s.MadeOf())
	for k, d := range more { // what a step made is told by itself, and not again by what needs it
		if old, ok := f.Definitions[k]; !ok || len(old.Columns) == 0 {
			f.Definitions[k] = d
		}
	}
}

func show(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s: %s", s.Action, s.Addr, s.Reason)
		if s.Rows >= 0 {
			fmt.Fprintf(&b, " (%d rows)", s.Rows)
		}
		b.WriteByte('\n')
	}
	for _, n := range p.Names {
		from := string(n.Step)
		if from == "" {
			from = "-"
		}
		reason := n.Reason
		if i := strings.Index(reason, "Material_"); i >= 0 { // hashes are of no interest here
			reason = reason[:i] + "another material"
		}
		fmt.Fprintf(&b, "%s %s from %s: %s\n", n.Action, n.Name, from, reason)
	}
	if (p.Publish == nil) != (len(p.Published) == 0) {
		b.WriteString("what is published and the statement differ\n")
	}
	build, reuse, leave := p.Counts()
	fmt.Fprintf(&b, "%d to build, %d to reuse, %d left\n", build, reuse, leave)
	return b.String()
}
