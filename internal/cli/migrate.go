package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/migrate"
	"kith/internal/project"
	"kith/internal/spec"
)

type migrateFlags struct {
	inplace, force bool
	folder         string
	version        int
}

// oldestTarget is the oldest schema version to migrate to: from it on, everything that is written is part of the language.
const oldestTarget = 80

func (a *App) migrate() *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring a project of an older schema into the current form",
		Long: `Projects of every schema are read as they are, so nothing has to be migrated to run it. A migrated project is written as the
documents describe it, and says the same.`,
		Args: cobra.NoArgs,
		Example: example(`
			kith migrate manual -p old_project
			kith migrate auto -p old_project --inplace`),
		RunE: func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) },
	}
	c.AddCommand(a.migrateAuto(), a.migrateManual())
	return c
}

func (a *App) migrateAuto() *cobra.Command {
	var f migrateFlags
	c := &cobra.Command{
		Use:   "auto",
		Short: "Rewrite the project's YAML, keeping comments and order",
		Long: `Write the project in the current form: to a copy in another folder, or with --inplace over the files that are there. Comments,
order, anchors and quotes stay. The result is loaded and compared before anything is written: it says what the project said. A change that
cannot be made safely is listed; then nothing is written unless --force asks for the others.`,
		Example: example(`
			kith migrate auto --inplace
			kith migrate auto -p old_project -d new_project
			kith migrate auto --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.migrateProject(f) },
	}
	fl := c.Flags()
	fl.BoolVar(&f.inplace, "inplace", false, "write over the files of the project")
	fl.StringVarP(&f.folder, "destination", "d", "", "folder for the migrated copy; default is migrations in the project")
	fl.IntVarP(&f.version, "version", "v", migrate.Native, "schema version to write")
	fl.BoolVar(&f.force, "force", false, "write although something is left to do by hand, or to a folder that is not empty")
	c.MarkFlagsMutuallyExclusive("inplace", "destination")
	return c
}

func (a *App) migrateManual() *cobra.Command {
	var version int
	c := &cobra.Command{
		Use:   "manual",
		Short: "List what to change, with places",
		Example: example(`
			kith migrate manual
			kith migrate manual -p old_project --json`),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.older(version)
			if err != nil {
				return err
			}
			return a.showChanges(p, version)
		},
	}
	c.Flags().IntVarP(&version, "version", "v", migrate.Native, "schema version to reach")
	return c
}

// older loads the project to be migrated. Its mistakes are no reason to refuse a list.
func (a *App) older(version int) (*spec.Project, error) {
	var l diag.List
	if version < oldestTarget || version > spec.NewestSchema {
		l.Errorf(diag.UFlag, noSpan, "--version %d is none that can be written", version).WithFix("name one from %d to %d", oldestTarget, spec.NewestSchema)
		return nil, refuse(ExitUser, l)
	}
	p, diags, err := spec.Load(a.flags.project)
	switch {
	case err != nil:
		return nil, stop(ExitUser, err)
	case p == nil:
		return nil, refuse(ExitUser, diags)
	}
	for _, d := range diags {
		if d.Severity == diag.Error {
			a.diags = append(a.diags, d)
		}
	}
	return p, nil
}

// unknownKeys are the changes of model_specs that only the user can make.
func (a *App) unknownKeys(p *spec.Project) []migrate.Change {
	return migrate.UnknownKeys(p, func(modelType string) *spec.Table {
		for _, t := range a.Leaves.Types {
			if with, ok := t.(interface{ Table() *spec.Table }); ok && t.Name() == modelType {
				return with.Table()
			}
		}
		return nil
	})
}

func (a *App) showChanges(p *spec.Project, version int) error {
	changes := append(migrate.Manual(p, version), a.unknownKeys(p)...)
	if a.flags.json {
		return a.document(struct {
			From        int              `json:"from"`
			To          int              `json:"to"`
			Changes     []migrate.Change `json:"changes"`
			Diagnostics diag.List        `json:"diagnostics"`
		}{p.SchemaVersion.Value, version, orEmpty(changes), a.diags})
	}
	a.say(a.diags)
	for _, c := range changes {
		fmt.Fprintln(a.Out, c)
	}
	if len(changes) == 0 {
		a.note("Project is already at version %d", max(p.SchemaVersion.Value, version))
		return nil
	}
	a.note("%s; %s makes them", view.Count(len(changes), "change"), a.line("kith migrate auto", "--inplace"))
	return nil
}

func orEmpty(changes []migrate.Change) []migrate.Change {
	if changes == nil {
		return []migrate.Change{}
	}
	return changes
}

func (a *App) migrateProject(f migrateFlags) error {
	m, err := a.writeMigration(f)
	if err != nil {
		return err
	}
	return a.showMigrated(m)
}

// migration is a project that was written in the current form.
type migration struct {
	from   *spec.Project
	to     int // its schema version now
	folder string
	names  []string // the files that were changed
	result migrate.Result
}

func (a *App) writeMigration(f migrateFlags) (*migration, error) {
	p, err := a.older(f.version)
	if err != nil {
		return nil, err
	}
	if len(a.diags) > 0 && !f.force {
		return nil, refuse(ExitCompile, a.diags)
	}
	unknown := a.unknownKeys(p)
	if len(unknown) > 0 {
		f.version = max(p.SchemaVersion.Value, 1) // under a newer one they would be mistakes
	}
	r := migrate.Auto(migrate.Of(p), f.version)
	r.Changes = append(r.Changes, unknown...)
	if left := r.Left(); len(left) > 0 && !f.force {
		for _, c := range left {
			a.diags.Errorf(diag.SFormerMechanism, noSpan, "%s", c).WithFix("change it by hand, or let --force write the rest")
		}
		return nil, refuse(ExitCompile, a.diags)
	}
	folder := p.Root
	if !f.inplace {
		if folder = f.folder; folder == "" {
			folder = filepath.Join(p.Root, "migrations")
		}
		if !f.force && !empty(folder) {
			var l diag.List
			l.Errorf(diag.UFlag, noSpan, "the folder %s is not empty", project.Relative(folder, dir())).WithFix("name another one with -d, or use --force")
			return nil, refuse(ExitUser, l)
		}
		if err := copyProject(p.Root, folder); err != nil {
			return nil, stop(ExitUser, fmt.Errorf("the project cannot be copied: %w", err))
		}
	}
	files := r.Files
	if !f.inplace {
		files = withPathsFrom(p, r.Files, folder)
	}
	names, err := writeMigrated(folder, files)
	if err != nil {
		return nil, stop(ExitUser, fmt.Errorf("the migrated project cannot be written: %w", err))
	}
	return &migration{p, f.version, folder, names, r}, nil
}

// withPathsFrom adds to the files that a migration changes those whose paths lead out of the project: written in another
// folder, they name what they named.
func withPathsFrom(p *spec.Project, changed migrate.Files, folder string) migrate.Files {
	whole := migrate.Of(p)
	maps.Copy(whole, changed)
	maps.DeleteFunc(whole, func(_ string, data []byte) bool { return data == nil })
	from, err := filepath.Abs(folder)
	if err != nil {
		return changed
	}
	out := maps.Clone(changed)
	for name, data := range migrate.Moved(whole, func(old string) string {
		to, err := filepath.Rel(from, filepath.Join(p.Root, filepath.FromSlash(old)))
		if err != nil {
			to = filepath.Join(p.Root, filepath.FromSlash(old))
		}
		return filepath.ToSlash(to)
	}) {
		if string(data) != string(whole[name]) {
			out[name] = data
		}
	}
	return out
}

func empty(folder string) bool {
	entries, err := os.ReadDir(folder)
	return err != nil || len(entries) == 0
}

// writeMigrated writes changed files and takes away those that have another name now.
func writeMigrated(folder string, files migrate.Files) ([]string, error) {
	names := []string{}
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		if files[name] == nil {
			continue
		}
		data := files[name]
		err := writeWhole(path, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
		if err != nil {
			return names, err
		}
	}
	for _, name := range names { // last, so that no moment leaves the project without its file
		if files[name] == nil {
			if err := os.Remove(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
				return names, err
			}
		}
	}
	return names, nil
}

// migrateBeside writes the project in the current form to the folder of --migrated_folder_path, before the command that has the
// flag reads it where it is. What it held of an earlier time is written over.
func (a *App) migrateBeside(folder string) error {
	m, err := a.writeMigration(migrateFlags{force: true, folder: folder, version: migrate.Native})
	if err != nil {
		return err
	}
	a.diags = nil // the command itself says them
	a.note("the project in the current form is in %s", project.Relative(m.folder, dir()))
	return nil
}

func (a *App) showMigrated(m *migration) error {
	p, r := m.from, m.result
	if a.flags.json {
		return a.document(struct {
			From        int              `json:"from"`
			To          int              `json:"to"`
			Folder      string           `json:"folder"`
			Files       []string         `json:"files"`
			Changes     []migrate.Change `json:"changes"`
			Diagnostics diag.List        `json:"diagnostics"`
		}{p.SchemaVersion.Value, m.to, m.folder, m.names, orEmpty(r.Changes), a.diags})
	}
	a.say(a.diags)
	if len(r.Files) == 0 {
		fmt.Fprintf(a.Out, "Project is already at version %d\n", max(p.SchemaVersion.Value, m.to))
		return nil
	}
	fmt.Fprintf(a.Out, "Project migrated from version %d to version %d\n", p.SchemaVersion.Value, m.to)
	fmt.Fprintf(a.Out, "%s in %s, %s\n", view.Count(len(r.Changes)-len(r.Left()), "change"), view.Count(len(m.names), "file"), project.Relative(m.folder, dir()))
	for _, c := range r.Left() {
		fmt.Fprintln(a.Out, a.style().Warn("left to do: ")+c.String())
	}
	if len(p.PythonRequirements) > 0 {
		a.note("python_requirements are not changed")
	}
	return nil
}
