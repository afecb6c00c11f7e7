package packages

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
)

// IsAddress reports whether the place of a project is a git address rather than a folder.
func IsAddress(place string) bool {
	_, ok := parseAddress(place)
	return ok
}

// Fetch brings the project at a git address to this machine and returns its folder: a copy of the commit that the address
// names, below dir, so that what a run writes lies with the user and not in the cache.
func Fetch(ctx context.Context, place, dir string, opt Options) (root string, diags diag.List, err error) {
	a, _ := parseAddress(place)
	l := &loader{ctx: ctx, opt: opt, lock: readLock("")}
	at := source.Span{}
	pkg := &spec.Package{Span: at, Name: source.Of("project"), URL: source.Literal(place, at)}
	cached, ok, err := l.git(a, pkg)
	if err != nil || !ok {
		return "", l.diags, err
	}
	name := strings.TrimSuffix(filepath.Base(a.Clone), ".git")
	if a.Path != "" {
		name += "-" + filepath.Base(a.Path)
	}
	root = filepath.Join(dir, name+"-"+short(place+" "+l.lock.used[hideUser(a.text)]))
	if spec.IsProject(root) {
		return root, l.diags, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", l.diags, err
	}
	tmp, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return "", l.diags, err
	}
	defer os.RemoveAll(tmp)
	if err := copyProject(cached, filepath.Join(tmp, "project")); err != nil {
		return "", l.diags, err
	}
	return root, l.diags, os.Rename(filepath.Join(tmp, "project"), root)
}

// copyProject copies regular files and folders; the repository's own data and links stay behind.
func copyProject(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}
