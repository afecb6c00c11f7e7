package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kith/internal/spec"
)

// TestReportFiles writes reports of three runs, the last of which began first, and finds them again. Where nothing can be written
// there is an error and no half of a report.
func TestReportFiles(t *testing.T) {
	root := t.TempDir()
	p := &Project{Spec: &spec.Project{Root: root}}
	if _, err := p.FindReport("dev", 0); !errors.Is(err, ErrNoReport) {
		t.Errorf("none yet: %v", err)
	}
	write := func(seqNo int64, began int64) string {
		t.Helper()
		c := &Compiled{Project: p, Settings: Settings{Target: "dev", SeqNo: seqNo}}
		if err := c.ForgetReport(); err != nil {
			t.Fatal(err)
		}
		path, err := c.WriteReport(&RunReport{StartedAt: time.Unix(began, 0).UTC()}, []byte("page"))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(1, 100)
	write(2, 300)
	if path := write(10, 200); filepath.ToSlash(path) != "output/dev/seq_no/10/run_report.html" {
		t.Error(path)
	}
	for seqNo, want := range map[int64]string{0: "2", 1: "1", 10: "10", 3: ""} {
		folder, err := p.FindReport("dev", seqNo)
		if want == "" {
			if !errors.Is(err, ErrNoReport) {
				t.Errorf("%d: %s %v", seqNo, folder, err)
			}
			continue
		}
		if err != nil || filepath.Base(folder) != want {
			t.Errorf("%d: %s %v", seqNo, folder, err)
		}
	}
	c := &Compiled{Project: p, Settings: Settings{Target: "dev", SeqNo: 2}}
	if err := c.ForgetReport(); err != nil {
		t.Fatal(err)
	}
	if folder, err := p.FindReport("dev", 0); err != nil || filepath.Base(folder) != "10" {
		t.Errorf("%s %v", folder, err)
	}
	c.Settings.Target = "blocked"
	if err := os.WriteFile(filepath.Join(root, "output", "blocked"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteReport(&RunReport{}, nil); err == nil {
		t.Error("a report was written below a file")
	}
	filepath.WalkDir(root, func(path string, _ os.DirEntry, _ error) error {
		if strings.HasPrefix(filepath.Base(path), ".run_report") {
			t.Errorf("%s was left", path)
		}
		return nil
	})
}
