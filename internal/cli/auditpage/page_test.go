package auditpage

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"kith/internal/audit"
)

// whole is an audit with something in every part, and values that are no HTML.
func whole() *audit.Audit {
	bad := audit.ID{Type: "email", Value: `</script><img src=x onerror=alert(1)>`}
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	after := &audit.Prediction{IDs: 9, Clusters: 4, Singletons: 2, LargestIDs: 3, Exact: false}
	c := &audit.Cluster{MainID: "rid1", IDs: 7, Types: []audit.TypeNum{{Type: "email", IDs: 7}}, Bridges: []audit.Bridge{{ID: bad, Degree: 3, Parts: 2, Separated: 2}},
		Hubs: []audit.Bridge{{ID: bad, Degree: 3}}, Farthest: 4}
	return &audit.Audit{Entity: "user", Stitcher: "models/graph", SeqNo: 3, EndTime: day, Summary: audit.Summary{IDs: 10, Clusters: 3, LargestIDs: 7},
		Types: []audit.Type{{Type: "email", IDs: 7}, {Type: "card", IDs: 3}}, Sizes: audit.SizeReport{Percentiles: []audit.Percentile{{Percent: 50, Size: 2}},
			Histogram: []audit.Bin{{From: 1, To: 1, Clusters: 2, IDs: 2}, {From: 6, To: 10, Clusters: 1, IDs: 7}}},
		Edges: audit.EdgeReport{Pairs: 8, ByType: []audit.TypePair{{Type1: "email", Type2: "email", Pairs: 8}},
			Found: []audit.FoundIn{{Type1: "email", Type2: "email", Source: "inputs/a", Pairs: 8, FirstSeen: &day}}, Lost: []audit.DroppedBy{{By: "unique: card", Pairs: 1}}},
		Degrees: []audit.Degree{{Type: "email", Linked: 7, Above: 1}}, Largest: []*audit.Cluster{c}, Longest: []*audit.Cluster{c}, Seeds: []*audit.Cluster{c},
		Suspects: []*audit.Suspect{{ID: bad, MainID: "rid1", Because: []string{"it is known"}, Cure: "id_types:", After: after, Exempt: "a rule"}, {ID: bad, Needless: true, After: after}},
		AllCured: after, NeverLink: []string{"card"}, NeverMeet: []audit.NeverMeet{{Type1: "email", Type2: "card", Sources: []string{"inputs/a"}}}, Apart: [][]string{{"email"}, {"card"}},
		Sources: []audit.Source{{Source: "inputs/a", Types: []string{"email"}, OneID: 1, MoreIDs: 3}},
		Drift:   &audit.Drift{SeqNo: 2, Merged: 1, Joined: []audit.Cause{{Type1: "email", Type2: "email", Source: "inputs/a", Pairs: 1}}, Splits: []audit.Change{{MainID: "rid2", Clusters: 2, IDs: 3}}},
		Trend:   []audit.TrendPoint{{SeqNo: 1, At: day, Metrics: map[string]float64{"ids": 5}}, {SeqNo: 3, At: day, Metrics: map[string]float64{"ids": 10}}}, Notes: []string{"a note"}}
}

// TestPageLoadsNothing wants a page that is whole, loads nothing from elsewhere, knows both themes, and shows values as text.
func TestPageLoadsNothing(t *testing.T) {
	html, err := HTML(Page{Audit: whole(), Failed: []audit.Breach{{Limit: "largest > 5", Value: 7}}, Version: "test", Pictures: map[string]string{"rid1": "graph_report/rid1.html"}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(html)
	for _, want := range []string{"1 condition failed", "prefers-color-scheme:dark", "&lt;img src=x", "Clusters that were asked for", "Longest clusters", "Trend over 2 builds",
		`href="graph_report/rid1.html"`, "once those before it are out", "a note", "No card stands beside another id.", "</html>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if m := regexp.MustCompile(`<img|https?:|src=["']|@import|url\(|ZgotmplZ`).FindString(text); m != "" {
		t.Errorf("the page has %q", m)
	}
	again, _ := HTML(Page{Audit: whole(), Failed: []audit.Breach{{Limit: "largest > 5", Value: 7}}, Version: "test", Pictures: map[string]string{"rid1": "graph_report/rid1.html"}})
	if text != string(again) {
		t.Error("twice the same audit gives two pages")
	}
}

// TestPageOfLittle draws an audit of an empty graph.
func TestPageOfLittle(t *testing.T) {
	html, err := HTML(Page{Audit: &audit.Audit{Entity: "user"}, Version: "test"})
	if err != nil || !strings.Contains(string(html), "No suspected shared ids") {
		t.Errorf("%v\n%s", err, html)
	}
}
