package examples

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
)

// TestExamplesAreWhole wants of every example that its code exists, and that it has a caption, files and a message of its code.
func TestExamplesAreWhole(t *testing.T) {
	n := 0
	for _, f := range txtar.Parse(archive).Files {
		code, _, _ := strings.Cut(f.Name, "/")
		if _, ok := diag.InfoOf(diag.Code(code)); !ok {
			t.Errorf("%s: no such code", f.Name)
		}
		n++
	}
	if n < 100 {
		t.Fatalf("only %d entries", n)
	}
	for _, i := range diag.Infos() {
		x := Of(i.Code)
		if x == nil {
			continue
		}
		if x.Caption == "" || len(x.Files) == 0 || !strings.Contains(" "+x.Printed, " "+string(i.Code)+" ") {
			t.Errorf("%s: caption %q, %d files, prints %q", i.Code, x.Caption, len(x.Files), x.Printed)
		}
	}
}
