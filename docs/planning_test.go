package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	itemRE = regexp.MustCompile(`(?m)^(\d+)\. `)
	testRE = regexp.MustCompile(`(?s)^(.*\S)\s+<!-- test: (\w+) -->$`)
)

// TestPlanning wants every sentence of planning.md to name a plan among the tests of package plan that holds it, no plan to be
// held by two sentences or by none, and what a sentence quotes of a plan to be in it.
func TestPlanning(t *testing.T) {
	folder := filepath.Join(root, "internal", "plan", "testdata", "plan")
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) < 20 {
		t.Fatal(err, len(files))
	}
	text := pages(t)["docs/planning.md"]
	starts := itemRE.FindAllStringSubmatchIndex(text, -1)
	held := map[string]bool{}
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		if number := text[at[2]:at[3]]; number != strconv.Itoa(i+1) {
			t.Errorf("sentence %d has the number %s", i+1, number)
		}
		item, _, _ := strings.Cut(text[at[1]:end], "\n\n") // a heading may follow
		m := testRE.FindStringSubmatch(strings.TrimSpace(item))
		if m == nil || strings.Count(item, "<!--") != 1 || !strings.HasSuffix(m[1], ".") {
			t.Errorf("sentence %d does not end with a full stop and the name of one test", i+1)
			continue
		}
		sentence, name := strings.Join(strings.Fields(m[1]), " "), m[2]
		if held[name] {
			t.Errorf("sentence %d names the test %s again", i+1, name)
		}
		held[name] = true
		plan, err := os.ReadFile(filepath.Join(folder, name+".txtar"))
		if err != nil {
			t.Errorf("sentence %d: %v", i+1, err)
			continue
		}
		for _, q := range codeRE.FindAllStringSubmatch(sentence, -1) {
			if strings.Contains(q[1], " ") && !strings.Contains(string(plan), q[1]) {
				t.Errorf("sentence %d quotes %q, which is not in the plan of the test %s", i+1, q[1], name)
			}
		}
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !held[name] {
			t.Errorf("no sentence is held by the test %s", name)
		}
	}
}
