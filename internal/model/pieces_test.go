package model_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// piece is one declaration of the project in testdata/pieces.txtar.
type piece struct{ section, name, text string }

func pieces(t testing.TB) []piece {
	t.Helper()
	ar, err := txtar.ParseFile("testdata/pieces.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []piece
	for _, f := range ar.Files {
		out = append(out, piece{path.Dir(f.Name), path.Base(f.Name), string(f.Data)})
	}
	return out
}

// compose puts pieces into the files of a project in the order given. fileOf tells which model file a piece goes to.
func compose(ps []piece, fileOf func(piece) string) []txtar.File {
	var project strings.Builder
	project.WriteString("name: p\nschema_version: 98\nconnection: c\nmodel_folders: [models]\navailable_tags: [{name: money}, {name: other}]\n")
	section := func(b *strings.Builder, name string, ps []piece) {
		if len(ps) == 0 {
			return
		}
		fmt.Fprintf(b, "%s:\n", name)
		for _, p := range ps {
			b.WriteString("  " + strings.ReplaceAll(strings.TrimRight(p.text, "\n"), "\n", "\n  ") + "\n")
		}
	}
	of := func(name string, file string) []piece {
		var out []piece
		for _, p := range ps {
			if p.section == name && (file == "" || fileOf(p) == file) {
				out = append(out, p)
			}
		}
		return out
	}
	section(&project, "entities", of("entities", ""))
	section(&project, "id_types", of("id_types", ""))
	out := []txtar.File{{Name: "pb_project.yaml", Data: []byte(project.String())}}
	var files []string
	for _, p := range ps {
		switch p.section {
		case "entities", "id_types":
		case "data":
			out = append(out, txtar.File{Name: "data/" + p.name, Data: []byte(p.text)})
		default:
			if f := fileOf(p); !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	for _, f := range files {
		var b strings.Builder
		for _, s := range []string{"inputs", "models", "var_groups", "macros"} {
			section(&b, s, of(s, f))
		}
		out = append(out, txtar.File{Name: "models/" + f, Data: []byte(b.String())})
	}
	return out
}

// one puts everything into one file.
func one(piece) string { return "all.yaml" }
