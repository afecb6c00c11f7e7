package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kith/internal/identity"
)

func TestHistogram(t *testing.T) {
	var got []string
	for _, b := range histogram(identity.Sizes{{Size: 1, Count: 7}, {Size: 4, Count: 2}, {Size: 5, Count: 1}, {Size: 50, Count: 1}, {Size: 51, Count: 3}, {Size: 1001, Count: 1}}) {
		got = append(got, fmt.Sprintf("%d-%d: %d of %d", b.From, b.To, b.Clusters, b.IDs))
	}
	want := []string{"1-1: 7 of 7", "2-2: 0 of 0", "3-3: 0 of 0", "4-5: 3 of 13", "6-10: 0 of 0", "11-20: 0 of 0", "21-50: 1 of 50", "51-100: 3 of 153",
		"101-200: 0 of 0", "201-500: 0 of 0", "501-1000: 0 of 0", "1001-2000: 1 of 1001"}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]string{
		"largest > 1000": "largest > 1000", " p99_9>=3": "p99_9 >= 3", "ids:user_id != 0": "ids:user_id != 0", "clusters_growth_percent < -20%": "clusters_growth_percent < -20",
		"ids_per_cluster <= 2.5": "ids_per_cluster <= 2.5", "largest": "", "largest > many": "", "> 3": "", "largest >> 3": "", "": "",
	} {
		l, ok := ParseLimit(text)
		got := ""
		if ok {
			got = l.Metric + " " + l.Op + " " + number(l.Value)
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
	for text, fails := range map[string][]float64{"x > 2": {3}, "x >= 2": {2, 3}, "x < 2": {1}, "x <= 2": {1, 2}, "x = 2": {2}, "x != 2": {1, 3}} {
		l, _ := ParseLimit(text)
		for _, v := range []float64{1, 2, 3} {
			if l.Failed(v) != slices.Contains(fails, v) {
				t.Errorf("%s of %v: %v", text, v, l.Failed(v))
			}
		}
	}
}

// TestCures wants values that YAML would read otherwise to be in quotes, and needless ones to be left out.
func TestCures(t *testing.T) {
	got := Cures([]*Suspect{{ID: ID{"phone", "0049"}}, {ID: ID{"email", `a"b\c@<x>`}}, {ID: ID{"phone", "null"}}, {ID: ID{"phone", "1"}, Needless: true}})
	want := `id_types:
  - name: email
    filters:
      - type: exclude
        value: "a\"b\\c@<x>"
  - name: phone
    filters:
      - type: exclude
        value: "0049"
      - type: exclude
        value: "null"`
	if got != want {
		t.Errorf("%s", got)
	}
}
