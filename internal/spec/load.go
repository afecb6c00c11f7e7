package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// ProjectFile is the one file of a project whose name is fixed.
const ProjectFile = "pb_project.yaml"

// The schema versions that are read: the oldest and the newest.
const (
	OldestSchema = 42
	NewestSchema = 99
)

// Load reads the project in the folder root: pb_project.yaml and every YAML file below its model folders. It returns what
// could be read together with everything there is to say about it; the project is nil when there is none. Nothing outside
// of root is read, not through links either. An error is a disk that cannot be read.
func Load(root string) (*Project, diag.List, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.OpenRoot(abs)
	if err != nil {
		var l diag.List
		switch info, statErr := os.Stat(abs); {
		case errors.Is(err, fs.ErrNotExist):
			l.Errorf(diag.YNoProject, source.Span{}, "there is no folder %s", abs).WithFix("name the project's folder with -p")
			return nil, l, nil
		case statErr == nil && !info.IsDir():
			l.Errorf(diag.YNoProject, source.Span{}, "%s is a file, not a project's folder", abs).WithFix("name the folder that holds %s", ProjectFile)
			return nil, l, nil
		}
		return nil, nil, err
	}
	defer dir.Close()
	return LoadFS(dir.FS(), abs)
}

// LoadFS is Load for any file system; root is only what messages and Project.Root call it.
func LoadFS(fsys fs.FS, root string) (*Project, diag.List, error) {
	r := &reader{fsys: fsys, root: root, d: &Decoder{}, read: map[string]bool{ProjectFile: true}}
	p, err := r.project()
	if p == nil || err != nil {
		return nil, Collapse(r.d.finish()), err
	}
	p.Root = root
	p.Unused = r.d.Unused
	checkNames(r.d, p)
	return p, Collapse(r.d.finish()), nil
}

// reader reads the files of one project.
type reader struct {
	fsys fs.FS
	root string
	d    *Decoder
	read map[string]bool // paths read, so that folders inside of each other do no harm
}

func (r *reader) project() (*Project, error) {
	f, err := source.ReadFile(r.fsys, ProjectFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.noProject()
		return nil, nil
	case err != nil && !errors.Is(err, source.ErrTooLarge):
		return nil, fmt.Errorf("read %s: %w", ProjectFile, err)
	}
	n := r.parse(f, err)
	if n == nil {
		return &Project{Files: []*source.File{f}, Unread: []*source.File{f}}, nil
	}
	if n.Kind == source.NullNode {
		n = &source.Node{Kind: source.MapNode, Span: n.Span}
	}
	pf := decodeNew(r.d, n, projectObject)
	p := &pf.Project
	p.Files = []*source.File{f}
	r.schema(p)
	for _, folder := range append(p.ModelFolders, pf.macroFolders...) {
		if err := r.folder(p, folder); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (r *reader) noProject() {
	g := r.d.Errorf(diag.YNoProject, source.Span{}, "no %s in %s", ProjectFile, r.root)
	g.WithFix("run this in a project's folder, name it with -p, or make a project with: kith init pb-project")
	for _, other := range []string{"pb_project.yml", "wht_project.yaml"} {
		if _, err := fs.Stat(r.fsys, other); err == nil {
			g.WithFix("rename %s to %s", other, ProjectFile)
		}
	}
}

// schema judges schema_version. Only a project that cannot be understood is refused.
func (r *reader) schema(p *Project) {
	switch v := p.SchemaVersion; {
	case v.Span.IsZero():
	case v.Value < OldestSchema:
		r.d.Errorf(diag.SSchemaOld, v.Span, "schema_version %d is older than %d, the oldest that is read", v.Value, OldestSchema).
			WithFix("migrate the project: %s; then write schema_version: %d", migration(v.Value), NewestSchema)
	case v.Value > NewestSchema:
		r.d.Warnf(diag.SSchemaNew, v.Span, "schema_version %d is newer than %d, the newest that is known", v.Value, NewestSchema).
			WithFix("the project is read as schema %d", NewestSchema)
	}
}

// migration lists what changed between an old schema and the oldest that is read.
func migration(schema int) string {
	steps := []struct {
		before int
		what   string
	}{
		{18, "entityvar/tablevar → entity_var, value → select, ref → from, filter → where, timestamp_col → occurred_at_col, id types to the top level"},
		{25, "profile → connection, inputvar → input_var"},
		{27, "edge_sources as a list of {from: path}, main_id out of id_types"},
		{42, "table, occurred_at_col and ids of inputs under app_defaults"},
	}
	var todo []string
	for _, s := range steps {
		if schema < s.before {
			todo = append(todo, s.what)
		}
	}
	return strings.Join(todo, "; ")
}

// parse reads a file's YAML; readErr is what reading the file gave.
func (r *reader) parse(f *source.File, readErr error) *source.Node {
	if errors.Is(readErr, source.ErrTooLarge) {
		r.d.Errorf(diag.YTooLarge, source.Span{File: f}, "the file is %s", readErr).WithFix("split it into several files; data belongs in the warehouse, not in YAML")
		return nil
	}
	n, l := ParseYAML(f)
	r.d.Add(l)
	return n
}

// folder reads the YAML files of one model folder.
func (r *reader) folder(p *Project, at source.At[string]) error {
	name := path.Clean(strings.ReplaceAll(at.Value, `\`, "/"))
	if at.Value == "" || path.IsAbs(name) || !fs.ValidPath(name) {
		r.d.Errorf(diag.YFolder, at.Span, "model folder %q is not inside of the project", at.Value).WithFix("name a folder relative to %s", ProjectFile)
		return nil
	}
	list, err := source.YAMLFiles(r.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.d.Notef(diag.YFolderMissing, at.Span, "model folder %q does not exist", at.Value).WithFix("create it or remove it from the list")
		return nil
	case err != nil:
		if info, e := fs.Stat(r.fsys, name); e != nil || !info.IsDir() {
			r.d.Errorf(diag.YFolder, at.Span, "model folder %q is a file, or leads out of the project", at.Value).WithFix("name a folder of the project")
			return nil
		}
		return fmt.Errorf("read model folder %s: %w", name, err)
	}
	for _, link := range list.Links {
		r.d.Notef(diag.YLink, at.Span, "the link %s is not followed", link).WithFix("copy the file, or list its folder in model_folders")
	}
	for _, file := range list.Files {
		if r.read[file] {
			continue
		}
		r.read[file] = true
		if err := r.file(p, file); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) file(p *Project, name string) error {
	f, err := source.ReadFile(r.fsys, name)
	if err != nil && !errors.Is(err, source.ErrTooLarge) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	p.Files = append(p.Files, f)
	n := r.parse(f, err)
	if n == nil {
		p.Unread = append(p.Unread, f)
		return nil
	}
	if n.Kind == source.NullNode {
		return nil
	}
	m := decodeNew(r.d, n, modelFileObject)
	p.Inputs = append(p.Inputs, m.inputs...)
	p.Models = append(p.Models, m.models...)
	p.VarGroups = append(p.VarGroups, m.varGroups...)
	p.Macros = append(p.Macros, m.macros...)
	return nil
}
