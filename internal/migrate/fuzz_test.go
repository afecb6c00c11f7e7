package migrate

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzAuto migrates one file of a project, or its project file, and holds the result to the promises of check: it says the
// same, has no mistake more, and a second time changes nothing.
func FuzzAuto(f *testing.F) {
	archives, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range archives {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for name, data := range filesOf(ar) {
			if strings.HasSuffix(name, ".yaml") {
				f.Add(data, strings.HasSuffix(name, "_project.yaml"), 7)
				f.Add(data, strings.HasSuffix(name, "_project.yaml"), 98)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, project bool, schema int) {
		if len(data) > 10_000 {
			return // the time that a round takes grows with the text
		}
		version := "98"
		if schema < 42 {
			version = "7"
		}
		files := Files{"pb_project.yaml": []byte("name: p\nschema_version: " + version + "\nmodel_folders: [m]\nentities:\n  - name: user\n    id_types: [email]\nid_types:\n  - name: email\n"), "m/a.yaml": data}
		if project {
			files = Files{"pb_project.yaml": data, "models/a.yaml": []byte("macros:\n  - name: m\n    value: x\n")}
		}
		check(t, files)
	})
}
