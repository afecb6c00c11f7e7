package project

import (
	"kith/internal/audit"
	"kith/internal/diag"
)

// ReadSeeds reads a csv file of ids whose clusters are to be shown: columns id and id_type (platform.md section 9.1). Both match by part of
// the text; with the type rudder_id the id is a main id. show lets lines of the file appear in messages.
func ReadSeeds(path string, show bool) ([]audit.Seed, diag.List) {
	f := readCSVFile(path, "the file of seed clusters", diag.UTruth, []string{"id", "id_type"}, []string{"id", "id_type"}, show)
	var out []audit.Seed
	if !f.named {
		return nil, f.diags
	}
	for _, r := range f.rows {
		id, _ := f.cell(r, "id")
		typ, at := f.cell(r, "id_type")
		if id == "" && typ == audit.MainIDs || id == "" && typ == "" {
			f.wrong(at, "this row names no id").WithFix("give an id, an id type, or both")
			continue
		}
		out = append(out, audit.Seed{Value: id, Type: typ})
	}
	return out, f.diags
}
