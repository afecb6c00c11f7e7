package warehousetest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// conformanceTests is how many tests modelling.md section 24 asks for.
const conformanceTests = 24

// TestConformance wants each of them to name a test, and the tests to be there.
func TestConformance(t *testing.T) {
	data, err := os.ReadFile("testdata/conformance.txt")
	if err != nil {
		t.Fatal(err)
	}
	number, held := 0, 1
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "", "#":
		case "project":
			held++
			if _, err := os.Stat(filepath.Join("testdata", "projects", rest+".txtar")); err != nil {
				t.Errorf("%d: no project %s", number, rest)
			}
		case "test":
			held++
			file, text, _ := strings.Cut(rest, " ")
			if got, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file))); err != nil || text == "" || !strings.Contains(string(got), text) {
				t.Errorf("%d: %s does not hold %q (%v)", number, file, text, err)
			}
		default:
			if held == 0 {
				t.Errorf("%d names no test", number)
			}
			number, held = number+1, 0
			if kind != strconv.Itoa(number) {
				t.Errorf("%q is not number %d", line, number)
			}
		}
	}
	if number != conformanceTests || held == 0 {
		t.Errorf("%d tests are named, the last with %d, want %d", number, held, conformanceTests)
	}
}
