package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `kith turns a folder of YAML into an identity graph and a customer-360 table in your warehouse.

It reads projects of RudderStack Profiles as they are. Without any configuration it works on a DuckDB file in the
project's folder.`

func (a *App) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kith",
		Short: "An identity graph and a customer 360, in your own warehouse",
		Long:  rootLong,
		Example: example(`
			kith init pb-project -o my_shop      # a small project to begin with
			kith run -p my_shop                  # build and publish everything
			kith query -p my_shop "select * from user_feature_view"`),
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       a.Leaves.Version,
	}
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetGlobalNormalizationFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(underscored(name))
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.flags.project, "project", "p", ".", "folder of the project")
	f.StringVarP(&a.flags.target, "target", "t", "", "target (output) of the connection; default is the connection's own")
	f.StringVarP(&a.flags.siteconfig, "siteconfig", "c", "", "site configuration; default is ~/.pb/siteconfig.yaml")
	f.BoolVar(&a.flags.json, "json", false, "write JSON to standard output and nothing else there")
	f.BoolVar(&a.flags.verbose, "verbose", false, "show notes and reused steps too")
	f.BoolVar(&a.flags.showValues, "show_values", false, "let values of rows appear in messages; they are masked otherwise")
	// pb migrates only when it is told to; here every project is read in the current form.
	f.Bool("migrate_on_load", true, "projects of older schemas are always read in the current form")
	beside := f.String("migrated_folder_path", "", "folder to write the project to in the current form, before the command")
	if err := f.MarkHidden("migrate_on_load"); err != nil {
		panic(err) // a flag that was just made
	}
	root.AddCommand(a.init(), a.check(), a.compile(), a.plan(), a.run(), a.test(), a.rollback(), a.cleanup(), a.seed(), a.insert(), a.query(), a.show(), a.audit(), a.discover(), a.validate(), a.explain(), a.id(), a.schema(), a.migrate(), a.version())
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if *beside == "" {
			return nil
		}
		return a.migrateBeside(*beside)
	}
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args, c.RunE = cobra.ArbitraryArgs, func(c *cobra.Command, _ []string) error { return a.needsSubcommand(c) }
	}
	wrapLong(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return stop(ExitUser, usageError{err, c})
	})
	return root
}

// helpWidth is how wide the text of a command's help is.
const helpWidth = 80

// wrapLong wraps the long texts of a command and of those below it.
func wrapLong(c *cobra.Command) {
	if c.Long != "" {
		c.Long = wrapText(c.Long, helpWidth)
	}
	for _, s := range c.Commands() {
		wrapLong(s)
	}
}

// wrapText wraps paragraphs; lines that begin with a space stand as they are.
func wrapText(s string, width int) string {
	var out []string
	line := ""
	flush := func() {
		if line != "" {
			out = append(out, line)
		}
		line = ""
	}
	for _, l := range strings.Split(s, "\n") {
		if l == "" || l[0] == ' ' {
			flush()
			out = append(out, l)
			continue
		}
		for _, word := range strings.Fields(l) {
			if line != "" && len(line)+1+len(word) > width {
				flush()
			}
			if line != "" {
				line += " "
			}
			line += word
		}
	}
	flush()
	return strings.Join(out, "\n")
}

// usageError is a mistake on the command line. It points at the help of the command.
type usageError struct {
	err error
	cmd *cobra.Command
}

// Error is the mistake and where to read on.
func (u usageError) Error() string {
	return u.err.Error() + "\nSee '" + u.cmd.CommandPath() + " --help'."
}

// Unwrap returns the mistake.
func (u usageError) Unwrap() error { return u.err }

// example is the text of a command's examples, indented as cobra shows it.
func example(s string) string {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = "  " + strings.TrimLeft(l, "\t")
	}
	return strings.Join(lines, "\n")
}
