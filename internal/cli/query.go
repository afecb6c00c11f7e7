package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

type queryFlags struct {
	file    string
	format  string
	maxRows int
	seqNo   string
}

func (a *App) query() *cobra.Command {
	var f queryFlags
	c := &cobra.Command{
		Use:   "query <sql>",
		Short: "Run a query on what was built",
		Long: `Run a query and show its first rows. Published names (user_feature_view) can be used as they are. A path of the project
becomes the name of what was built for it, in the latest run or in that of --seq_no:

  {{this.DeRef("models/x")}}   {{this.DeRef("user/all")}}   {{this.DeRef("user/all/var_table")}}

Use - as the query to read it from standard input. The warehouse is opened for reading.`,
		Example: example(`
			kith query "select * from user_feature_view"
			kith query 'select count(*) from {{this.DeRef("user/all")}}' --seq_no 3
			kith query "select * from user_feature_view" --max_rows 0 -f profiles.csv
			kith query "select * from user_feature_view" --json`),
		Args: exactlyOne("a query"),
		RunE: func(c *cobra.Command, args []string) error { return a.runQuery(c.Context(), args[0], f) },
	}
	fl := c.Flags()
	fl.StringVarP(&f.file, "file", "f", "", "write to this file (.csv or .json); a relative path starts in the project's output folder")
	fl.StringVar(&f.format, "format", "", "table, csv or json; default is table, or what the file's name says")
	fl.IntVar(&f.maxRows, "max_rows", 10, "rows to read at most; 0 for all")
	fl.StringVar(&f.seqNo, "seq_no", "", "sequence number that paths refer to; default is latest")
	return c
}

// exactlyOne demands one argument and says what it is.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return stop(ExitUser, usageError{fmt.Errorf("%s takes %s as its one argument", c.CommandPath(), what), c})
		}
		return nil
	}
}

func (a *App) runQuery(ctx context.Context, sql string, f queryFlags) error {
	format, diags := f.output(a.flags.json)
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	if sql == "-" {
		data, err := io.ReadAll(a.In)
		if err != nil {
			return stop(ExitUser, err)
		}
		sql = string(data)
	}
	w, err := a.open(ctx, project.Access{Holder: "kith query", ReadOnly: true})
	if err != nil {
		return err
	}
	defer w.Close()
	q, err := a.rendered(ctx, w, sql, f)
	if err != nil {
		return err
	}
	if diags := w.Project.CheckQuery(q); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	out := &answer{app: a, conn: w.Conn, query: q, flags: f, format: format, root: w.Project.Spec.Root}
	return out.show(ctx)
}

// output decides the format and checks the flags.
func (f *queryFlags) output(asJSON bool) (format string, diags diag.List) {
	format = f.format
	switch ext := strings.ToLower(filepath.Ext(f.file)); {
	case format != "":
	case asJSON && f.file == "" || ext == ".json":
		format = "json"
	case f.file != "":
		format = "csv"
	default:
		format = "table"
	}
	switch {
	case format != "table" && format != "csv" && format != "json":
		diags.Errorf(diag.UFlag, noSpan, "--format %q is none of table, csv and json", format)
	case asJSON && f.file == "" && format != "json":
		diags.Errorf(diag.UFlag, noSpan, "--format %s and --json do not go together", format)
	}
	if f.maxRows < 0 {
		diags.Errorf(diag.UFlag, noSpan, "--max_rows is 0 for all rows, or a number above")
	}
	diags.Add(project.When{SeqNo: f.seqNo}.Check())
	if f.seqNo == "new" {
		diags.Errorf(diag.UFlag, noSpan, "--seq_no new has nothing to read; give a number or latest")
	}
	return format, diags
}

// rendered is the query with its template rendered, if it has one.
func (a *App) rendered(ctx context.Context, w *project.Work, sql string, f queryFlags) (project.Query, error) {
	q, plain := project.Plain(sql)
	if plain && f.seqNo == "" {
		return q, nil
	}
	seqNo := f.seqNo
	if seqNo == "" {
		seqNo = "latest"
	}
	m, diags, err := w.Moment(ctx, project.When{SeqNo: seqNo}, a.Now())
	if err != nil {
		if nothingYet(err) {
			return q, refuse(ExitUser, a.nothingBuilt())
		}
		return q, stop(ExitRun, err)
	}
	if diags.HasErrors() {
		return q, refuse(ExitUser, diags)
	}
	q, diags, err = w.Render(ctx, sql, m)
	if err != nil {
		return q, stop(ExitRun, err)
	}
	if diags.HasErrors() {
		return q, refuse(ExitUser, diags)
	}
	return q, nil
}

// nothingYet reports an error of a warehouse in which kith has not worked yet.
func nothingYet(err error) bool {
	var sq *run.SQLError
	return errors.As(err, &sq) && sq.Kind == "missing_table"
}

func (a *App) nothingBuilt() diag.List {
	var l diag.List
	l.Errorf(diag.WSeqNo, noSpan, "nothing has been built in this warehouse yet").WithFix("%s", a.line("kith run"))
	return l
}
