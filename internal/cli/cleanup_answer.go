package cli

import (
	"fmt"
	"strconv"
	"time"

	"kith/internal/cli/view"
	"kith/internal/run"
)

// cleanedUp is what a cleanup found and did, for --json.
type cleanedUp struct {
	Materials []cleanedMaterial `json:"materials"`
	Goes      int               `json:"goes"`
	Stays     int               `json:"stays"`
	Rows      int64             `json:"rowsGoing"`
	Bytes     int64             `json:"bytesGoing"`
	Dropped   int               `json:"dropped"`
	DryRun    bool              `json:"dryRun"`
}

// cleanedMaterial is one material. Rows and Bytes are null where they are not known.
type cleanedMaterial struct {
	Material string    `json:"material"`
	Model    string    `json:"model"`
	SeqNo    int64     `json:"seqNo"`
	Used     time.Time `json:"lastUsedAt"`
	Goes     bool      `json:"goes"`
	Why      string    `json:"why"`
	Objects  []string  `json:"objects"`
	Rows     *int64    `json:"rows"`
	Bytes    *int64    `json:"bytes"`
}

func (c *cleanedUp) add(v run.Verdict) {
	m := cleanedMaterial{Material: v.Material, Model: v.Ref, SeqNo: v.SeqNo, Used: v.Used.UTC(), Goes: v.Goes, Why: v.Why, Objects: v.Objects}
	if v.Rows >= 0 {
		m.Rows = &v.Rows
	}
	if v.Bytes >= 0 {
		m.Bytes = &v.Bytes
	}
	c.Materials = append(c.Materials, m)
	if !v.Goes {
		c.Stays++
		return
	}
	c.Goes++
	c.Rows += max(v.Rows, 0)
	c.Bytes += max(v.Bytes, 0)
}

// sayCleanup lists what goes, and what stays and why.
func (a *App) sayCleanup(c cleanedUp) {
	var rows [][]string
	for _, m := range c.Materials {
		what := "stays"
		if m.Goes {
			what = "goes"
		}
		rows = append(rows, []string{what, m.Material, fmt.Sprint(m.SeqNo), known(m.Rows), known(m.Bytes), m.Why})
	}
	if len(rows) > 0 {
		view.Table(a.Out, []string{"", "MATERIAL", "SEQ NO", "ROWS", "BYTES", "WHY"}, rows)
	}
	verb := "go"
	if c.DryRun {
		verb = "would go"
	}
	fmt.Fprintf(a.Out, "%s %s, with %s; %d stay.\n", view.Count(c.Goes, "material"), verb, view.Count(int(c.Rows), "row"), c.Stays)
}

func known(n *int64) string {
	if n == nil {
		return "–"
	}
	return strconv.FormatInt(*n, 10)
}
