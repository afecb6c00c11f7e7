package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// received runs a command with OPENLINEAGE_URL set to a server of its own and writes what the server got into a file, a line for
// each event: received 201 events.jsonl kith run. The first argument is what the server answers.
func received(args []string) error {
	var got bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/api/v1/lineage" {
			fmt.Fprintf(&got, "%s\n", body)
		}
		fmt.Fprintln(os.Stderr, r.Method, r.URL.Path, r.Header.Get("Authorization"))
		var status int
		fmt.Sscan(args[0], &status)
		w.WriteHeader(status)
	}))
	defer server.Close()
	c := exec.Command(args[2], args[3:]...)
	c.Env = append(os.Environ(), "OPENLINEAGE_URL="+server.URL)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return err
	}
	return os.WriteFile(args[1], got.Bytes(), 0o644)
}

// olevent is what the checks below look at.
type olevent struct {
	EventType, EventTime string
	Run                  struct {
		RunID  string
		Facets struct {
			Parent *struct {
				Run struct{ RunID string }
				Job struct{ Namespace, Name string }
			}
			ErrorMessage *struct{ Message string }
		}
	}
	Job      struct{ Namespace, Name string }
	Inputs   []oldataset
	Outputs  []oldataset
	Producer string
}

type oldataset struct {
	Namespace, Name string
	Facets          struct {
		ColumnLineage *struct {
			Fields map[string]struct{ InputFields []olfield }
		}
	}
	OutputFacets struct {
		OutputStatistics struct{ RowCount *int64 }
	}
}

type olfield struct {
	Namespace, Name, Field string
	Transformations        []struct{ Type, Subtype string }
}

// olcheck holds a file of events against the schema and the rules of the standard: every run begins once and ends once, a step's
// run has a parent that is there and lasts from before it until after it, and columns name datasets that are inputs. It prints the
// events in a line each: olcheck events.jsonl.
func olcheck(args []string) error {
	schema, err := eventSchema()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	open, ended := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(data)) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			return err
		}
		if err := schema.Validate(doc); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		var e olevent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return err
		}
		id := e.Run.RunID
		if e.EventType == "START" {
			if open[id] != "" || ended[id] {
				return fmt.Errorf("%s begins again", e.Job.Name)
			}
			open[id] = e.Job.Name
		} else {
			if open[id] != e.Job.Name {
				return fmt.Errorf("%s ends and never began", e.Job.Name)
			}
			delete(open, id)
			ended[id] = true
		}
		if p := e.Run.Facets.Parent; p != nil && open[p.Run.RunID] != p.Job.Name {
			return fmt.Errorf("the parent of %s is not running", e.Job.Name)
		}
		if err := columnsOfInputs(e); err != nil {
			return err
		}
		fmt.Println(strings.TrimSpace(summary(e)))
	}
	if len(open) > 0 {
		return fmt.Errorf("never ended: %v", open)
	}
	return nil
}

func columnsOfInputs(e olevent) error {
	for _, o := range e.Outputs {
		if o.Facets.ColumnLineage == nil {
			continue
		}
		for name, f := range o.Facets.ColumnLineage.Fields {
			for _, in := range f.InputFields {
				if !slices.ContainsFunc(e.Inputs, func(d oldataset) bool { return d.Namespace == in.Namespace && d.Name == in.Name }) {
					return fmt.Errorf("%s.%s comes from %s, which %s does not read", o.Name, name, in.Name, e.Job.Name)
				}
			}
		}
	}
	return nil
}

func summary(e olevent) string {
	out := e.EventType + " " + e.Job.Namespace + ":" + e.Job.Name
	for _, o := range e.Outputs {
		if n := o.OutputFacets.OutputStatistics.RowCount; n != nil {
			out += fmt.Sprintf(" %d rows", *n)
		}
	}
	if m := e.Run.Facets.ErrorMessage; m != nil {
		out += " " + m.Message
	}
	return out
}

// olfields prints what a column is made of by the last event of a job that completed: olfields events.jsonl job column.
func olfields(args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		var e olevent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return err
		}
		if e.EventType != "COMPLETE" || e.Job.Name != args[1] {
			continue
		}
		for _, o := range e.Outputs {
			if o.Facets.ColumnLineage == nil {
				continue
			}
			for _, in := range o.Facets.ColumnLineage.Fields[args[2]].InputFields {
				out := o.Namespace + " " + o.Name + " from " + in.Name + "." + in.Field
				for _, t := range in.Transformations {
					out += " " + t.Type + " " + t.Subtype
				}
				fmt.Println(out)
			}
		}
	}
	return nil
}

func eventSchema() (*jsonschema.Schema, error) {
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", "..", "internal", "openlineage", "testdata", "run_event.schema.json")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("run_event.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("run_event.json")
}
