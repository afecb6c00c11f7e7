package page

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
	"kith/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var began = time.Date(2026, 5, 1, 3, 0, 0, 0, time.UTC)

func header() project.RunHeader {
	return project.RunHeader{Project: "shop", Target: "prod", Warehouse: "duckdb", Place: "/data/shop.duckdb", Schema: "main", SeqNo: 41,
		EndTime: began.Add(-3 * time.Hour), Folder: "output/prod/seq_no/41/run", Version: "1.0.0",
		Commit: &project.Commit{SHA: "0123456789abcdef0123456789abcdef01234567", Branch: "main", Changed: true, Folder: "."}}
}

// small is a run of five steps, two at once, in which one fails and another waits for it.
func small() *project.RunReport {
	steps := []*project.RunStep{
		{Step: "inputs/orders", Title: "input orders", Type: "input", Material: "Material_orders_1", Action: "reuse", Reason: "built in seq no 41", SQL: []string{"run/Material_orders_1.sql"}},
		{Step: "models/graph", Title: "identity graph of user", Type: "id_stitcher", Entity: "user", Material: "Material_graph_1", Action: "build", Reason: "not built yet",
			File: "models/graph.yaml", Line: 4, SQL: []string{"run/Material_graph_1/0.sql", "run/Material_graph_1/1.sql"}},
		{Step: "user/all/features/inputs/orders", Title: "12 features of user from inputs/orders", Material: "Material_f_1", Action: "build", Reason: "where of total changed", Needs: []string{"inputs/orders", "models/graph"}},
		{Step: "user/all/var_table", Title: "var table of user", Material: "Material_v_1", Action: "build", Published: "user_var_table"},
		{Step: "models/other", Title: "sql model other", Action: "leave", Reason: "not asked for"},
	}
	l := project.NewRunLog(header(), steps)
	f := source.NewFile("models/m.yaml", []byte("a: 1\nselect: sum(cast(amount as int))\n"))
	for _, e := range []run.Event{
		&run.RunStarted{At: began, Skip: 1},
		&run.StepDone{Addr: "inputs/orders", Title: "input orders", Status: run.Reused, Rows: -1},
		&run.StepStarted{Addr: "models/graph", Title: "identity graph of user", Start: 10 * time.Millisecond},
		&run.StepStarted{Addr: "user/all/features/inputs/orders", Title: "12 features of user from inputs/orders", Start: 500 * time.Millisecond},
		&run.StepDone{Addr: "models/graph", Title: "identity graph of user", Status: run.Done, Rows: 12034, Start: 10 * time.Millisecond, Took: time.Second, Choice: "union-find in the process"},
		&run.StepDone{Addr: "user/all/features/inputs/orders", Title: "12 features of user from inputs/orders", Status: run.Failed, Rows: -1, Start: 500 * time.Millisecond, Took: 1500 * time.Millisecond},
		&run.StepDone{Addr: "user/all/var_table", Title: "var table of user", Status: run.Skipped, Rows: -1, Start: 2 * time.Second, Cause: "user/all/features/inputs/orders"},
		&run.RunDone{Done: 1, Reused: 1, Failed: 1, Skipped: 1, Took: 2010 * time.Millisecond},
	} {
		l.Event(e)
	}
	at := source.Span{File: f, Start: 17, End: 37}
	out := &run.Outcome{Done: run.RunDone{Failed: 1}, Checks: []run.CheckResult{
		{Check: "main_id", Assertion: "unique(user_main_id)", Object: "user_feature_view", BuiltIn: true, Severity: "block", Status: run.CheckPassed, Failing: 0, Rows: 12034},
		{Check: "countries", Assertion: "not_null(country)", Object: "user_feature_view", Severity: "warn", Status: run.CheckFailed, Failing: 7, Rows: 12034, Detail: "7 of 12,034 rows",
			Query: "select * from user_feature_view where country is null", At: at},
	}, Failures: diag.List{{Code: diag.WConversion, Message: "12 features: 'secret@x.example' is no number", Masked: "12 features: '…' is no number",
		At: at, Fix: "use try_cast(... as <type>)"}}}
	return l.End(out, 3, diag.List{{Code: diag.WReport, Severity: diag.Warning, Message: "a warning"}}, "kith run --seq_no 41", nil)
}

// large has 200 steps in four lanes, with long names, markup in names, and numbers.
func large() *project.RunReport {
	var steps []*project.RunStep
	for i := range 200 {
		title := fmt.Sprintf("%d features of customer_account from inputs/warehouse_events_%03d", i%17+1, i)
		switch i % 50 {
		case 7:
			title = "sql model " + strings.Repeat("very_long_name_of_a_model_", 6) + fmt.Sprint(i)
		case 9:
			title = `sql model <script>alert("x")</script> & "quotes" ` + fmt.Sprint(i)
		}
		steps = append(steps, &project.RunStep{Step: fmt.Sprintf("models/step_%03d", i), Title: title, Type: "sql_template", Material: fmt.Sprintf("Material_step_%03d_41", i),
			Action: "build", Reason: "not built in seq no 41 yet", File: "models/deep/folder/features.yaml", Line: i + 1, SQL: []string{fmt.Sprintf("run/Material_step_%03d_41.sql", i)}})
	}
	l := project.NewRunLog(header(), steps)
	l.Event(&run.RunStarted{At: began})
	var lanes [4]time.Duration
	for i, s := range steps {
		lane := i % len(lanes)
		took := time.Duration(200+(i*i*37)%9000) * time.Millisecond
		l.Event(&run.StepStarted{Addr: s.Step, Title: s.Title, Start: lanes[lane]})
		l.Event(&run.StepDone{Addr: s.Step, Title: s.Title, Status: run.Done, Rows: int64(i) * 12345, Start: lanes[lane], Took: took})
		lanes[lane] += took
	}
	l.Event(&run.RunDone{Done: 200, Took: max(lanes[0], lanes[1], lanes[2], lanes[3])})
	numbers := &project.Report{Entities: []*project.EntityReport{{Name: "user", Graph: "user_graph", View: "user_feature_view", IDs: 12034567, Profiles: 3404321, Largest: 1,
		IDTypes: []project.IDCount{{Type: "email", IDs: 5000000, Profiles: 3000000}, {Type: "anonymous_id", IDs: 7034567, Profiles: 34}},
		Cohorts: []project.CohortOf{{Name: "buyers", Table: "user_buyers", Members: 1200000, Of: 3404321, Depth: 1}}}},
		Published: []project.Published{{Name: "user_feature_view", Kind: "feature view", Entity: "user", Table: "main.user_feature_view", Material: "Material_user_feature_view_0_41"}}}
	return l.End(&run.Outcome{}, 0, nil, "", numbers)
}

func render(t *testing.T, r *project.RunReport) string {
	t.Helper()
	page, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestGolden writes the report of the small run as JSON and as a page, without the style and the script.
func TestGolden(t *testing.T) {
	data, err := small().JSON()
	if err != nil {
		t.Fatal(err)
	}
	text := bare(render(t, small()))
	for name, got := range map[string]string{"small.json": string(data), "small.html": text} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs: %s", name, got)
		}
	}
}

// TestEveryStepIsThere reads the page back: every step with its address, title, reason and files, and no value that was masked.
func TestEveryStepIsThere(t *testing.T) {
	for _, r := range []*project.RunReport{small(), large()} {
		page := render(t, r)
		text := ""
		tokens(t, page, func(tok xml.Token) {
			if c, ok := tok.(xml.CharData); ok {
				text += string(c) + "\n"
			}
		})
		for _, s := range r.Steps {
			for _, want := range append([]string{s.Step, s.Title, s.Reason, s.Material}, s.SQL...) {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not on the page", s.Step, want)
				}
			}
		}
		if strings.Contains(page, "secret@x.example") {
			t.Error("the page holds a value of a row")
		}
		if n := strings.Count(page, "<details "); n != len(r.Steps) {
			t.Errorf("%d rows for %d steps", n, len(r.Steps))
		}
	}
}

// TestNothingIsFetched looks at every attribute that loads or leads somewhere: all of it is beside the page. Names with markup
// stay names. Style and script load nothing, either.
func TestNothingIsFetched(t *testing.T) {
	fetches := regexp.MustCompile(`(?i)@import|url\(|https?:|fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon`)
	if bad := fetches.FindString(CSS + pageJS); bad != "" {
		t.Errorf("style or script has %q", bad)
	}
	loads := map[string]bool{"src": true, "href": true, "srcset": true, "data": true, "action": true, "poster": true, "background": true}
	for _, r := range []*project.RunReport{small(), large()} {
		page := render(t, r)
		scripts := 0
		tokens(t, page, func(tok xml.Token) {
			n, ok := tok.(xml.StartElement)
			if !ok {
				return
			}
			switch n.Name.Local {
			case "script":
				scripts++
			case "link", "iframe", "object", "embed", "img", "base", "form":
				t.Errorf("the page has a %s", n.Name.Local)
			}
			for _, a := range n.Attr {
				if loads[a.Name.Local] && !filepath.IsLocal(strings.TrimSuffix(a.Value, "/")) {
					t.Errorf("%s=%q leads away", a.Name.Local, a.Value)
				}
				if strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s is a handler", a.Name.Local)
				}
			}
		})
		if scripts != 1 {
			t.Errorf("%d scripts", scripts)
		}
		if !strings.Contains(page, "default-src 'none'") {
			t.Error("the page does not forbid loading")
		}
		if strings.Contains(page, "ZgotmplZ") {
			t.Error("the template refused a value")
		}
	}
}

// bare is a page without its style and its script.
func bare(page string) string { return strings.NewReplacer(CSS, "", pageJS, "").Replace(page) }

// tokens reads a page.
func tokens(t *testing.T, page string, see func(xml.Token)) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(bare(page)))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		see(tok)
	}
}

// TestChart lays out two steps that overlap, by hand: the first from 0 to half, the second from a quarter to the end.
func TestChart(t *testing.T) {
	at := func(start, took float64) *project.RunStep { return &project.RunStep{Start: &start, Seconds: &took} }
	c := newChart(&project.RunReport{Seconds: 8, Steps: []*project.RunStep{at(0, 4), at(2, 6), {}}})
	if c.Most != 2 || c.Load != "M0 100H0V50H250V0H500V50H1000V100H1000V100Z" {
		t.Errorf("%d at once: %s", c.Most, c.Load)
	}
	if b := c.Bars[1]; b.Left != "25%" || b.Width != "75%" {
		t.Errorf("%s %s", b.Left, b.Width)
	}
	if c.Bars[2].Width != "" {
		t.Error("what did not run has a bar")
	}
	var marks []string
	for _, m := range c.Ticks {
		marks = append(marks, m.Text)
	}
	if got := strings.Join(marks, " "); got != "0 1s 2s 3s 4s 5s 6s 7s" {
		t.Errorf("marks %s", got)
	}
	if n := newChart(large()).Most; n != 4 {
		t.Errorf("%d at once in four lanes", n)
	}
	for total, want := range map[float64]string{0.004: "0.5ms", 0.9: "200ms", 61: "10s", 5400: "15m", 200000: "12h"} {
		c := newChart(&project.RunReport{Seconds: total})
		if len(c.Ticks) < 4 || c.Ticks[1].Text != want {
			t.Errorf("%v: %v, want %s", total, c.Ticks, want)
		}
	}
}
