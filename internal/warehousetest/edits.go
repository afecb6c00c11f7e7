package warehousetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"kith/internal/diag"
	"kith/internal/run"
)

// edited is a project in some state of its vars, all with what they are made of.
type edited struct {
	vars  []*varDef
	world *world
	// clean cleans up behind the run.
	clean bool
}

// drawEdits draws states of a project: in each some vars are missing, and of some the default is another one.
func drawEdits(d *drawing, tables []table) []edited {
	var out []edited
	rt, current := d.rt, d.vars
	names := append(append([]string{}, d.ints...), d.texts...)
	for range rapid.IntRange(2, 5).Draw(rt, "edits") {
		current = append([]*varDef{}, current...)
		if d.chance(3) {
			i := rapid.IntRange(0, len(current)-1).Draw(rt, "changed")
			if v := *current[i]; !v.input {
				def := lit(int64(rapid.IntRange(10, 12).Draw(rt, "default")))
				if slices.Contains(d.texts, v.name) {
					def = lit(pick(d, "other", "nobody"))
				}
				v.def = &def
				current[i] = &v
			}
		}
		want := map[string]bool{}
		for _, n := range names {
			if !d.chance(4) {
				for _, v := range needed(current, n) {
					want[v.name] = true
				}
			}
		}
		var vars []*varDef
		features := 0
		for _, v := range current {
			if want[v.name] {
				vars = append(vars, v)
				if !v.input {
					features++
				}
			}
		}
		if features > 0 {
			out = append(out, edited{vars, featureWorld(vars, tables, nil), d.chance(3)})
		}
	}
	return out
}

// Edits checks that a project whose vars come, change and go shows after each run of one end time what a naive reading of its
// vars gives, whatever earlier runs left, and with all but what is shown cleaned up.
func Edits(t *testing.T, e Engine) {
	ctx := context.Background()
	checks(t, 15, func(rt *rapid.T) {
		p, tables := drawData(rt)
		d := &drawing{rt: rt}
		for range rapid.IntRange(3, 9).Draw(rt, "vars") {
			d.next()
		}
		p.inputValues(d.vars)
		edits := drawEdits(d, tables)
		if len(edits) == 0 {
			return
		}
		sc := &scope{TB: t}
		defer sc.close()
		s := newSession(sc, e, &testCase{tables: tables, files: []txtar.File{{Name: "pb_project.yaml", Data: []byte(edits[0].world.project)}}}, byRule)
		path := filepath.Join(s.root, "models", "all.yaml")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		for i, ed := range edits {
			fail := func(format string, args ...any) {
				var states strings.Builder
				for _, x := range edits[:i+1] {
					states.WriteString(x.world.text() + "\n")
				}
				rt.Fatalf("edit %d: %s\n%s", i, fmt.Sprintf(format, args...), states.String())
			}
			if err := os.WriteFile(path, []byte(ed.world.models), 0o644); err != nil {
				t.Fatal(err)
			}
			diags, _, err := s.carryOut(runOptions{end: defaultEnd})
			if err != nil || diags.HasErrors() {
				fail("%v %v", err, errorsOf(diags))
			}
			compare := func(when string) {
				got, err := s.query(&block{verb: "query", lines: []string{"query select * from user_feature_view"}})
				if err != nil {
					fail("%s: %v", when, err)
				}
				if a, b := strings.Join(got, "\n"), strings.Join(p.features(ed.vars), "\n"); a != b {
					fail("%s\ngot:\n%s\nwant:\n%s", when, a, b)
				}
			}
			compare("after the run")
			if ed.clean {
				if err := cleanAll(ctx, s); err != nil {
					fail("%v", err)
				}
				compare("after a cleanup")
			}
		}
	})
}

func errorsOf(l diag.List) (out []string) {
	for _, d := range l {
		if d.Severity == diag.Error {
			out = append(out, d.Message)
		}
	}
	return out
}

// cleanAll drops everything that the present publish does without.
func cleanAll(ctx context.Context, s *session) error {
	reg, err := s.registry(ctx)
	if err != nil {
		return err
	}
	l, err := reg.Acquire(ctx, run.LeaseOptions{Holder: run.Holder{Host: "test", PID: 1, Command: "cleanup"}})
	if err != nil {
		return err
	}
	defer l.Release(ctx)
	list, err := reg.Cleanup(ctx, run.CleanupOptions{KeepLast: 1, Now: time.Now().Add(time.Hour)})
	if err != nil {
		return err
	}
	left, err := reg.Clean(ctx, list, func(run.Verdict) {})
	if err == nil && len(left) > 0 {
		err = left[0].Err
	}
	return err
}
