// Package packages finds the projects that a project imports: folders beside it, and git repositories that are cloned into a
// cache and pinned in a lock file, so that the same project means the same text on every machine and works offline.
package packages

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/spec"
)

// Options say where packages may come from.
type Options struct {
	// CacheDir is where clones are kept.
	CacheDir string
	// Offline forbids the network: what is not in the cache is a diagnostic.
	Offline bool
	// Update ignores the lock file and takes what the addresses name today.
	Update bool
}

// Load fills in p.Imports, and those of imported projects, however deep. A circle of imports is refused. Files of packages are
// shown under packages/<name>/, those of its packages under packages/<name>/packages/<name>/.
func Load(ctx context.Context, p *spec.Project, opt Options) (diag.List, error) {
	l := &loader{ctx: ctx, opt: opt, lock: readLock(filepath.Join(p.Root, LockFile))}
	if err := l.project(p, "", nil); err != nil {
		return l.diags, err
	}
	if !l.diags.HasErrors() {
		if err := l.lock.write(); err != nil {
			return l.diags, err
		}
	}
	return l.diags, nil
}

type loader struct {
	ctx   context.Context
	opt   Options
	lock  *lock
	diags diag.List
}

// project loads the packages of p, whose own files are shown under prefix; above are the folders of the projects that
// import it.
func (l *loader) project(p *spec.Project, prefix string, above []string) error {
	seen := map[string]*spec.Package{}
	root, err := filepath.EvalSymlinks(p.Root) // folders of packages are told apart by their real paths
	if err != nil {
		return err
	}
	above = append(slices.Clone(above), root)
	for _, pkg := range p.Packages {
		name := pkg.Name.Value
		if name == "" {
			continue
		}
		if old := seen[strings.ToLower(name)]; old != nil {
			l.diags.Errorf(diag.PDuplicate, pkg.Name.Span, "two packages are called %q", name).
				WithAlso(old.Name.Span, "the first one").WithFix("rename one of them")
			continue
		}
		seen[strings.ToLower(name)] = pkg
		shown := path.Join(prefix, "packages", name)
		said := len(l.diags)
		root, ok, err := l.find(p, pkg)
		if err != nil {
			return err
		}
		if !ok {
			if sub := l.corelib(pkg); sub != nil {
				l.diags = slices.Delete(l.diags, said, len(l.diags)-1) // what kept it from being fetched; the note stays
				showUnder(shown, sub)
				l.lock.keep(hideUser(strings.TrimSpace(pkg.URL.S)))
				p.Imports = append(p.Imports, &spec.Import{Package: pkg, Project: sub})
			}
			continue
		}
		if slices.Contains(above, root) {
			l.diags.Errorf(diag.PCycle, pkg.URL.Span(), "package %s imports itself", name).WithFix("take one of the imports away")
			continue
		}
		sub, diags, err := spec.Load(root)
		if err != nil {
			return err
		}
		if sub != nil {
			showUnder(shown, sub)
		}
		for _, d := range diags {
			if d.Severity == diag.Error {
				l.diags = append(l.diags, d)
			}
		}
		if sub == nil || diags.HasErrors() {
			continue
		}
		if err := l.project(sub, shown, above); err != nil {
			return err
		}
		p.Imports = append(p.Imports, &spec.Import{Package: pkg, Project: sub})
	}
	return nil
}

// showUnder makes messages show the files of a package under a folder.
func showUnder(folder string, p *spec.Project) {
	for _, f := range p.Files {
		f.Path = path.Join(folder, f.Path)
	}
}

// find returns the folder of a package.
func (l *loader) find(p *spec.Project, pkg *spec.Package) (string, bool, error) {
	url := strings.TrimSpace(pkg.URL.S)
	at := pkg.URL.Span()
	if url == "" {
		l.diags.Errorf(diag.PNotFound, pkg.Name.Span, "package %s has no url", pkg.Name.Value).WithFix("add url: a folder or a git address")
		return "", false, nil
	}
	if strings.HasPrefix(url, "s3://") {
		l.diags.Errorf(diag.PNotFound, at, "packages in S3 are not read by this version").WithFix("copy it into a folder and name that: url: ./packages/%s", pkg.Name.Value)
		return "", false, nil
	}
	if a, ok := parseAddress(url); ok {
		return l.git(a, pkg)
	}
	dir := filepath.FromSlash(expand(url))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(p.Root, dir)
	}
	if !spec.IsProject(dir) {
		l.diags.Errorf(diag.PNotFound, at, "no project in %q for package %s", url, pkg.Name.Value).
			WithFix("the folder must hold a pb_project.yaml; paths are relative to the importing project")
		return "", false, nil
	}
	real, err := filepath.EvalSymlinks(dir)
	return real, err == nil, err
}

// expand writes the newest schema in the place of {{best_schema_version}} for a folder; for git the tags decide.
func expand(url string) string {
	return bestVersion.ReplaceAllString(url, strconv.Itoa(spec.NewestSchema))
}
