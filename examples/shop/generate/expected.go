package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kith/examples/shop/generate/oracle"
	"kith/examples/shop/generate/world"
)

// writeExpected writes truth.csv and the folder expected: what a run of the project with the end time world.End must give.
func writeExpected(dir string, w *world.World) error {
	if err := os.MkdirAll(filepath.Join(dir, "expected"), 0o755); err != nil {
		return err
	}
	s := oracle.Solve(w.Tables(), world.End)
	for _, f := range []struct {
		path  string
		lines [][]string
	}{
		{"truth.csv", truth(w)},
		{"expected/clusters.csv", clusters(w, s)},
		{"expected/main_ids.csv", mainIDs(w, s)},
		{"expected/features.csv", features(w, s)},
		{"expected/accounts.csv", accountFeatures(s)},
		{"expected/cohorts.csv", cohorts(s)},
	} {
		if err := writeLines(filepath.Join(dir, f.path), f.lines); err != nil {
			return err
		}
	}
	return nil
}

func writeLines(path string, lines [][]string) error {
	var b strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(plainCell(cell))
		}
		b.WriteByte('\n')
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// truth lists whose each identifier is, for the identifiers that occur in the data.
func truth(w *world.World) [][]string {
	out := [][]string{{"id_type", "id_value", "person"}}
	occurs := oracle.Identities(w.Tables())
	for _, id := range w.Identities() {
		if occurs[id] {
			key, _ := w.Person(id)
			out = append(out, []string{id.Type, id.Value, key})
		}
	}
	return out
}

// clusters counts the clusters and nodes of each graph and judges them by the truth.
func clusters(w *world.World, s *oracle.Solution) [][]string {
	out := [][]string{{"entity", "clusters", "nodes", "largest", "precision", "recall"}}
	for _, entity := range []string{"user", "account"} {
		g := s.Graph(entity)
		nodes, largest := 0, 0
		for _, c := range g.Clusters {
			nodes += len(c.IDs)
			largest = max(largest, len(c.IDs))
		}
		q := g.Quality(w.Person)
		out = append(out, []string{entity, strconv.Itoa(len(g.Clusters)), strconv.Itoa(nodes), strconv.Itoa(largest),
			fmt.Sprintf("%.6f", q.Precision()), fmt.Sprintf("%.6f", q.Recall())})
	}
	return out
}

// mainIDs gives the main id of every member of the cast.
func mainIDs(w *world.World, s *oracle.Solution) [][]string {
	out := [][]string{{"id_type", "id_value", "main_id", "why"}}
	for _, r := range w.Cast() {
		m, _ := s.Graph("user").MainID(r.ID)
		out = append(out, []string{r.ID.Type, r.ID.Value, m, r.Why})
	}
	return out
}

// features gives every known feature of every member of the cast.
func features(w *world.World, s *oracle.Solution) [][]string {
	out := [][]string{{"id_type", "id_value", "feature", "value"}}
	for _, r := range w.Cast() {
		if m, ok := s.Graph("user").MainID(r.ID); ok {
			for _, f := range s.Features("user") {
				out = append(out, []string{r.ID.Type, r.ID.Value, f, text(s.Value(f, m))})
			}
		}
	}
	return out
}

// accountFeatures gives every known feature of some accounts, named by one of their ids.
func accountFeatures(s *oracle.Solution) [][]string {
	out := [][]string{{"id_type", "id_value", "feature", "value"}}
	g := s.Graph("account")
	for i := 0; i < len(g.Clusters); i += 13 {
		c := g.Clusters[i]
		for _, f := range s.Features("account") {
			out = append(out, []string{c.IDs[0].Type, c.IDs[0].Value, f, text(s.Value(f, c.MainID))})
		}
	}
	return out
}

// cohorts counts the members of each cohort.
func cohorts(s *oracle.Solution) [][]string {
	out := [][]string{{"cohort", "members"}}
	for _, name := range oracle.Cohorts {
		out = append(out, []string{name, strconv.Itoa(len(s.Cohort(name)))})
	}
	return out
}

// text writes a value of a feature: nothing for null, lists in sorted order with bars between, doubles as short as exact.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, "|")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
