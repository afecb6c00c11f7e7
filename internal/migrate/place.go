package migrate

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"kith/internal/source"
	"kith/internal/spec"
)

// Moved returns the texts of a project whose relative paths that lead out of it name the same places from another folder. Paths
// that stay in the project, and addresses, are left alone. move returns the path as it is written from the other folder.
func Moved(files Files, move func(old string) string) Files {
	p, _, err := spec.LoadFS(files, "")
	if err != nil || p == nil {
		return files
	}
	var ps []patch
	add := func(old string, at source.Span) {
		if old = strings.TrimSpace(old); !leadsOut(old) || at.File == nil {
			return
		}
		if text := at.Text(); strings.Contains(text, old) {
			ps = append(ps, patch{at.Path(), at.Start, at.End, strings.Replace(text, old, move(old), 1)})
		}
	}
	for _, pkg := range p.Packages {
		add(pkg.URL.S, pkg.URL.Span())
	}
	for _, in := range p.Inputs {
		file := cmp.Or(in.CSV, in.Parquet, in.JSON)
		add(file.Value, file.Span)
	}
	slices.SortFunc(ps, func(a, b patch) int { return cmp.Or(strings.Compare(a.path, b.path), b.start-a.start) }) // from the end, so that places stay right
	out := maps.Clone(files)
	var last patch
	for _, x := range ps {
		if x == last { // read twice, through an alias
			continue
		}
		last = x
		data := string(out[x.path])
		out[x.path] = []byte(data[:x.start] + x.with + data[x.end:])
	}
	return out
}

// leadsOut reports whether a path begins at the project's folder and ends outside of it.
func leadsOut(p string) bool {
	p = path.Clean(strings.ReplaceAll(p, `\`, "/"))
	return p == ".." || strings.HasPrefix(p, "../")
}
