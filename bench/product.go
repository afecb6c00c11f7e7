package main

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed project graph
var projectFiles embed.FS

// endTime is after all events.
const endTime = "2026-01-01T00:00:00Z"

// writeProject makes the project of a name ("project", "graph") that reads the data of a folder.
func writeProject(name, to, data string) error {
	return fs.WalkDir(projectFiles, name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		out := filepath.Join(to, strings.TrimPrefix(path, name))
		if d.IsDir() {
			return os.MkdirAll(out, 0o755)
		}
		b, err := projectFiles.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(out, bytes.ReplaceAll(b, []byte("@DATA@"), []byte(filepath.ToSlash(data))), 0o644)
	})
}

// writeSite makes a site configuration that gives the engine so many threads and so much memory.
func writeSite(path string, threads int, memory string) error {
	return os.WriteFile(path, fmt.Appendf(nil, `connections:
  kith_bench:
    target: dev
    outputs:
      dev:
        type: duckdb
        schema: main
        threads: %d
        memory_limit: %s
`, threads, memory), 0o644)
}

// Step is a step of a run that was carried out.
type Step struct {
	Title   string  `json:"title"`
	Rows    int64   `json:"rows"`
	Seconds float64 `json:"seconds"`
	Choice  string  `json:"choice,omitempty"`
}

// readSteps takes the steps out of the lines of kith run --json. A step that did not end well is an error.
func readSteps(lines []byte) ([]Step, error) {
	var out []Step
	in := bufio.NewScanner(bytes.NewReader(lines))
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var l struct {
			Type, Status string
			Step
		}
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("kith run --json wrote %.80q: %w", in.Text(), err)
		}
		if l.Type != "step_done" {
			continue
		}
		if l.Status != "done" {
			return nil, fmt.Errorf("%s: %s", l.Title, l.Status)
		}
		out = append(out, l.Step)
	}
	return out, in.Err()
}

const graphStep = "identity graph of user"

// featureStep matches the steps that take a project from ids to the var table, which is what the references do: the list of
// main ids, the features by source, and the table that joins them, or what is made beside one that is there.
var featureStep = regexp.MustCompile(`^(all of user|[0-9]+ features? of user from .*|[0-9]+ new vars? of user|var table of user, .*)$`)

// seconds adds up the steps that match.
func seconds(steps []Step, match func(title string) bool) (sum float64, found bool) {
	for _, s := range steps {
		if match(s.Title) {
			sum, found = sum+s.Seconds, true
		}
	}
	return sum, found
}

// run is one whole run of kith from nothing.
type run struct {
	cost            Cost
	steps           []Step
	graph, features float64 // seconds
	warehouse       string
}

// failure is what the result of kith run --json says of the first failed step, "" when it says nothing.
func failure(lines []byte) string {
	for line := range bytes.Lines(lines) {
		var result struct{ Failures []struct{ Message string } }
		if json.Unmarshal(line, &result) == nil && len(result.Failures) > 0 {
			return result.Failures[0].Message
		}
	}
	return ""
}

// again runs the project once more with the same end time. A run that builds anything is an error.
func (b *benchmark) again(ctx context.Context) (Cost, error) {
	out, cost, err := process(ctx, b.kith, "run", "-p", filepath.Join(b.work, "project"), "-c", filepath.Join(b.work, "siteconfig.yaml"),
		"--end_time", endTime, "--json")
	if err != nil {
		return cost, err
	}
	for line := range bytes.Lines(out) {
		var l struct{ Type, Status, Step, Title string }
		if json.Unmarshal(line, &l) == nil && l.Type == "step_done" && l.Status != "reused" && l.Step != "publish" {
			return cost, fmt.Errorf("a run that changes nothing: %s: %s", l.Title, l.Status)
		}
	}
	return cost, nil
}

// addedVar is a feature that the project of the benchmark does not have.
const addedVar = `var_groups:
  - name: added
    entity_key: user
    vars:
      - entity_var:
          name: largest_amount
          from: inputs/events
          select: max(amount)
          where: event = 'order_completed'
`

// added puts one feature more into the project, runs it with the same end time, and returns the seconds of its features steps.
func (b *benchmark) added(ctx context.Context) (float64, error) {
	if err := os.WriteFile(filepath.Join(b.work, "project", "models", "added.yaml"), []byte(addedVar), 0o644); err != nil {
		return 0, err
	}
	out, _, err := process(ctx, b.kith, "run", "-p", filepath.Join(b.work, "project"), "-c", filepath.Join(b.work, "siteconfig.yaml"),
		"--end_time", endTime, "--json")
	if err != nil {
		return 0, err
	}
	var built []byte
	for line := range bytes.Lines(out) {
		if !bytes.Contains(line, []byte(`"status":"reused"`)) {
			built = append(built, line...)
		}
	}
	steps, err := readSteps(built)
	if err != nil {
		return 0, err
	}
	sum, found := seconds(steps, featureStep.MatchString)
	if !found {
		return 0, fmt.Errorf("a feature more built no features: %v", steps)
	}
	return sum, nil
}

// kithRun makes the project anew and runs it. Of a run that failed it returns the cost, beside the error.
func (b *benchmark) kithRun(ctx context.Context, data, memory string) (*run, error) {
	dir := filepath.Join(b.work, "project")
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := writeProject("project", dir, data); err != nil {
		return nil, err
	}
	site := filepath.Join(b.work, "siteconfig.yaml")
	if err := writeSite(site, b.threads, memory); err != nil {
		return nil, err
	}
	out, cost, err := process(ctx, b.kith, "run", "-p", dir, "-c", site, "--end_time", endTime, "--json")
	r := &run{cost: cost, warehouse: filepath.Join(dir, ".kith", "warehouse.duckdb")}
	if err != nil {
		if why := failure(out); why != "" {
			err = errors.New(why)
		}
		return r, err
	}
	if r.steps, err = readSteps(out); err != nil {
		return nil, err
	}
	graph, ok := seconds(r.steps, func(t string) bool { return t == graphStep })
	features, also := seconds(r.steps, featureStep.MatchString)
	if !ok || !also {
		return nil, fmt.Errorf("the steps of kith have other titles than expected: %v", r.steps)
	}
	r.graph, r.features = graph, features
	return r, nil
}
