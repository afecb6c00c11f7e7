package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/cli/view"
	"kith/internal/project"
)

// drawPicture writes a flow as an SVG file, "-" for standard output. Edges lead from a node to those that next names.
func (a *App) drawPicture(f *project.Flow, title, path string, next func(*project.FlowNode) []string) error {
	pic := &view.Picture{Title: title}
	at := map[string]int{}
	for _, n := range f.Nodes {
		at[strings.ToLower(n.Path)] = len(pic.Nodes)
		pic.Nodes = append(pic.Nodes, pictureNode(n))
	}
	for i, n := range f.Nodes {
		for _, m := range next(n) {
			pic.Edges = append(pic.Edges, [2]int{i, at[strings.ToLower(m)]})
		}
	}
	if path == "-" {
		return pic.SVG(a.Out)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return stop(ExitUser, err)
	}
	if err := writeWhole(path, pic.SVG); err != nil {
		return stop(ExitUser, err)
	}
	a.note("%s with %s and %s", path, view.Count(len(pic.Nodes), "step"), view.Count(len(pic.Edges), "arrow"))
	return nil
}

func pictureNode(n *project.FlowNode) view.PictureNode {
	out := view.PictureNode{Label: n.Title, Note: n.Published, Strong: n.Published != "", Hint: n.Path + "\n" + n.Material, Kind: "features"}
	if strings.HasSuffix(n.Title, " "+n.Published) {
		out.Note = ""
	}
	if len(n.Vars) > 0 {
		out.Hint += "\n" + fmt.Sprintf("%s: %s", view.Count(len(n.Vars), "var"), strings.Join(n.Vars, ", "))
	}
	switch n.Type {
	case "input":
		out.Kind = "input"
	case "id_stitcher", "id_collator":
		out.Kind = "graph"
	case "sql_template", "common_column_union":
		out.Kind = "model"
	case "entity_cohort":
		out.Kind = "cohort"
	case "feature_view", "feature_table_model":
		out.Kind = "view"
	}
	return out
}
