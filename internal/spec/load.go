package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// ProjectFile is the one file of a project whose name is fixed.
const ProjectFile = "pb_project.yaml"

// The schema versions that are read: the oldest and the newest.
const (
	OldestSchema = 2
	NewestSchema = 99
)

// ContractSchema is the schema that brought contracts and app_defaults. From it on the language is known to the last key: before
// it, an unknown key is a warning.
const ContractSchema = 42

// olderProjectFiles are names that the project file had, or has by mistake.
var olderProjectFiles = []string{"wht_project.yaml", "wht_project.yml", "pb_project.yml"}

// IsProject reports whether a folder holds a project file, under any of its names.
func IsProject(root string) bool {
	for _, name := range append([]string{ProjectFile}, olderProjectFiles...) {
		if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

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
	r := &reader{fsys: fsys, root: root, d: &Decoder{nodes: map[any]*source.Node{}}, read: map[string]bool{}, specs: map[*Model]*source.Node{}}
	p, err := r.project()
	if p == nil || err != nil {
		return nil, Collapse(r.d.finish()), err
	}
	p.Root = root
	p.Unused, p.Older = r.d.Unused, r.d.Older
	checkNames(r.d, p)
	return p, Collapse(r.d.finish()), nil
}

// reader reads the files of one project.
type reader struct {
	fsys fs.FS
	root string
	d    *Decoder
	read map[string]bool // paths read, so that folders inside of each other do no harm
	p    *Project
	// specs are the model_specs as they are written.
	specs map[*Model]*source.Node
	// What stands in models and belongs to entities, until all is read.
	excluded []excluded
	named    []namedStitcher
}

func (r *reader) project() (*Project, error) {
	name := r.projectFile()
	r.read[name] = true
	f, err := source.ReadFile(r.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.noProject()
		return nil, nil
	case err != nil && !errors.Is(err, source.ErrTooLarge):
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if name != ProjectFile {
		r.d.Warnf(diag.SOldName, source.Span{File: f}, "%s is an older name of %s", name, ProjectFile).WithFix("rename the file")
		r.d.older(source.Span{File: f}, name, ProjectFile, RenameFile{From: name, To: ProjectFile})
	}
	n := r.parse(f, err)
	if n == nil {
		return &Project{Files: []*source.File{f}, Unread: []*source.File{f}}, nil
	}
	if n.Kind == source.NullNode {
		n = &source.Node{Kind: source.MapNode, Span: n.Span}
	}
	r.d.lenient = schemaOf(n) < ContractSchema
	pf := decodeNew(r.d, n, projectObject)
	p := &pf.Project
	r.p = p
	p.Files = []*source.File{f}
	r.schema(p)
	r.settleIDTypes(n)
	for _, folder := range append(slices.Clone(p.ModelFolders), pf.macroFolders...) {
		if err := r.folder(p, folder); err != nil {
			return p, err
		}
	}
	p.ModelFolders = append(p.ModelFolders, pf.macroFolders...)
	r.settle(n)
	return p, nil
}

// projectFile is the name of the project file: the current one, unless only an older one is there.
func (r *reader) projectFile() string {
	if _, err := fs.Stat(r.fsys, ProjectFile); err != nil {
		for _, name := range olderProjectFiles {
			if info, err := fs.Stat(r.fsys, name); err == nil && info.Mode().IsRegular() {
				return name
			}
		}
	}
	return ProjectFile
}

// schemaOf reads the schema version before anything else is read.
func schemaOf(n *source.Node) int {
	if v := n.Get("schema_version"); v != nil && v.Kind == source.ScalarNode {
		if i, err := strconv.Atoi(strings.TrimSpace(v.Text.S)); err == nil {
			return i
		}
	}
	return NewestSchema
}

func (r *reader) noProject() {
	r.d.Errorf(diag.YNoProject, source.Span{}, "no %s in %s", ProjectFile, r.root).
		WithFix("run this in a project's folder, name it with -p, or make a project with: kith init pb-project")
}

// schema judges schema_version. Every version is read: what an older one writes otherwise is reported where it stands.
func (r *reader) schema(p *Project) {
	switch v := p.SchemaVersion; {
	case v.Span.IsZero():
	case v.Value < OldestSchema:
		r.d.Warnf(diag.SSchemaOld, v.Span, "schema_version %d is older than %d, the oldest that is known", v.Value, OldestSchema).
			WithFix("the project is read as schema %d", OldestSchema)
	case v.Value > NewestSchema:
		r.d.Warnf(diag.SSchemaNew, v.Span, "schema_version %d is newer than %d, the newest that is known", v.Value, NewestSchema).
			WithFix("the project is read as schema %d", NewestSchema)
	}
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

// folders are the folders of the project that model_folders may mean.
func (r *reader) folders() []string {
	list, _ := fs.ReadDir(r.fsys, ".") // a folder that cannot be read is no candidate
	var names []string
	for _, f := range list {
		if f.IsDir() && !strings.HasPrefix(f.Name(), ".") {
			names = append(names, f.Name())
		}
	}
	return names
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
		near := diag.Nearest(name, r.folders())
		if near == "" {
			r.d.Notef(diag.YFolderMissing, at.Span, "model folder %q does not exist", at.Value).WithFix("create it or remove it from the list")
			return nil
		}
		r.d.Warnf(diag.YFolderMissing, at.Span, "model folder %q does not exist", at.Value).WithFix("did you mean %q?", near)
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
	m.root = n
	r.olderWords(n)
	for _, model := range m.models {
		r.specs[model] = model.Spec
		r.modernise(model, m)
	}
	p.Inputs = append(p.Inputs, m.inputs...)
	p.Models = append(p.Models, m.models...)
	p.Checks = append(p.Checks, m.checks...)
	p.VarGroups = append(append(p.VarGroups, m.varGroups...), m.moved...)
	p.Macros = append(append(p.Macros, m.macros...), m.movedMacros...)
	return nil
}
