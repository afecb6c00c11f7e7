package cli

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

// starter is the project that init writes. @NAME@ and @CONNECTION@ stand for what the user chooses.
//
//go:embed starter/gitignore starter/README.md starter/pb_project.yaml starter/models starter/data
var starter embed.FS

type projectFlags struct{ out, name, connection string }

func (a *App) initProject() *cobra.Command {
	var f projectFlags
	c := &cobra.Command{
		Use:   "pb-project",
		Short: "Write a small project that runs at once",
		Long: `Write a small project with sample data to a new folder. It runs as it is and is meant to be changed. Existing files are
never overwritten. On a terminal what is not given by flags is asked for.`,
		Example: example(`
			kith init pb-project
			kith init pb-project -o my_shop --name my_shop
			kith init pb-project -o .`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.writeProject(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "folder to write to; default is HelloPbProject")
	fl.StringVar(&f.name, "name", "", "name of the project; default is that of the folder")
	fl.StringVar(&f.connection, "connection", "", "connection of the site configuration; default is local")
	return c
}

func (a *App) writeProject(ctx context.Context, f projectFlags) error {
	ask := a.asker(ctx)
	f.out = ask.or(f.out, "Folder", "HelloPbProject")
	f.name = ask.or(f.name, "Name of the project", projectName(f.out))
	f.connection = ask.or(f.connection, "Connection", "local")
	if ask.err != nil {
		return stop(ExitUser, ask.err)
	}
	var diags diag.List
	for _, v := range [][2]string{{"name", f.name}, {"connection", f.connection}} {
		if !plainWord.MatchString(v[1]) {
			diags.Errorf(diag.UFlag, noSpan, "--%s %q may hold letters, digits, _ and - only", v[0], v[1])
		}
	}
	files := starterFiles(f)
	for _, name := range sorted(files) {
		if _, err := os.Lstat(filepath.Join(f.out, filepath.FromSlash(name))); err == nil {
			diags.Errorf(diag.UFlag, noSpan, "%s is there already and is not overwritten", filepath.Join(f.out, name)).WithFix("choose another folder with -o")
		}
	}
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	if err := writeProject(f.out, files); err != nil {
		return a.notWritten(f.out, err)
	}
	return a.showProject(f, sorted(files))
}

// writeProject writes files and the folders they need. When one cannot be written all that was made goes again.
func writeProject(root string, files map[string]string) (err error) {
	var made []string
	defer func() {
		if err == nil {
			return
		}
		for _, p := range slices.Backward(made) {
			os.Remove(p) // a folder that somebody put something into stays
		}
	}()
	for _, name := range sorted(files) {
		p := filepath.Join(root, filepath.FromSlash(name))
		made = append(made, missingFolders(filepath.Dir(p))...)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		made = append(made, p)
		if err := writeWhole(p, bytesOf(files[name])); err != nil {
			return err
		}
	}
	return nil
}

// missingFolders are the folders that making one makes, the outermost first.
func missingFolders(folder string) []string {
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(folder) == folder {
		return nil
	}
	return append(missingFolders(filepath.Dir(folder)), folder)
}

// notWritten ends init when a file could not be written.
func (a *App) notWritten(folder string, err error) error {
	code, why := ExitUser, err.Error()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		code = ExitAccess
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		why = p.Err.Error()
	}
	var diags diag.List
	diags.Errorf(diag.UFlag, noSpan, "the project cannot be written to %s: %s", folder, why).WithFix("choose another folder with -o")
	return refuse(code, diags)
}

func (a *App) showProject(f projectFlags, names []string) error {
	if a.flags.json {
		return a.document(struct {
			Folder string   `json:"folder"`
			Name   string   `json:"name"`
			Files  []string `json:"files"`
		}{f.out, f.name, names})
	}
	style := view.StyleOf(a.Out)
	where := ""
	if filepath.Clean(f.out) != "." {
		where = " -p " + quoted(f.out)
	}
	fmt.Fprintf(a.Out, "%s %s with %s\n\n%s\n", style.Good("✔"), style.Bold(project.Relative(f.out, dir())), view.Count(len(names), "file"), style.Bold("Next"))
	for _, next := range []string{" run" + where, " query" + where + ` "select * from customer_360"`, " show models --tree" + where} {
		fmt.Fprintln(a.Out, "  "+style.Accent(a.program()+next))
	}
	return nil
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// projectName makes a name of a folder.
func projectName(folder string) string {
	abs, err := filepath.Abs(folder)
	if err != nil {
		abs = folder
	}
	name := strings.Trim(regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(filepath.Base(abs), "_"), "_-")
	if name == "" {
		return "my_profiles"
	}
	return name
}

// starterFiles are the files to write by path.
func starterFiles(f projectFlags) map[string]string {
	out := map[string]string{}
	fill := strings.NewReplacer("@NAME@", f.name, "@CONNECTION@", f.connection)
	// The files are part of the binary: walking and reading them cannot fail.
	_ = fs.WalkDir(starter, "starter", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := starter.ReadFile(p)
		name := strings.TrimPrefix(p, "starter/")
		if path.Base(name) == "gitignore" {
			name = path.Join(path.Dir(name), ".gitignore")
		}
		out[name] = fill.Replace(string(data))
		return err
	})
	return out
}

func sorted(files map[string]string) []string {
	out := make([]string, 0, len(files))
	for name := range files {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
