package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kith/internal/catalog"
	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/run"
)

// answer is a query being run and shown.
type answer struct {
	app    *App
	conn   run.Conn
	query  project.Query
	flags  queryFlags
	format string
	root   string // the project's folder

	rows int
	more bool // there are rows that were not read
}

// show runs the query and writes the rows to where they go.
func (x *answer) show(ctx context.Context) error {
	if x.flags.file == "" {
		if err := x.write(ctx, x.app.Out); err != nil {
			return x.failed(ctx, err)
		}
		x.hint()
		return nil
	}
	path := inOutput(x.root, x.flags.file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return stop(ExitUser, err)
	}
	if err := writeWhole(path, func(w io.Writer) error { return x.write(ctx, w) }); err != nil {
		return x.failed(ctx, err)
	}
	if x.app.flags.json {
		return x.app.document(struct {
			File string `json:"file"`
			Rows int    `json:"rows"`
			More bool   `json:"more"`
		}{path, x.rows, x.more})
	}
	x.app.note("%s written to %s", view.Count(x.rows, "row"), project.Relative(path, dir()))
	x.hint()
	return nil
}

func (x *answer) failed(ctx context.Context, err error) error {
	var sq *run.SQLError
	switch {
	case interrupted(ctx, err):
		return stop(ExitInterrupted, err)
	case errors.As(err, &sq):
		return refuse(ExitRun, diag.List{x.query.Diagnose(err)})
	}
	return stop(ExitUser, err)
}

func (x *answer) hint() {
	style := x.app.style()
	switch {
	case x.more:
		x.app.note("%s", style.Dim(fmt.Sprintf("first %s; --max_rows 0 shows all", view.Count(x.rows, "row"))))
	case x.format == "table" && x.flags.file == "":
		x.app.note("%s", style.Dim(view.Count(x.rows, "row")))
	}
}

// write runs the query and writes its rows. CSV is written row by row, since that is how large results leave a warehouse.
func (x *answer) write(ctx context.Context, w io.Writer) error {
	rows, err := x.conn.Query(ctx, x.query.Text.S)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns := append([]catalog.Column{}, rows.Columns()...)
	if x.format == "csv" {
		out := view.NewCSV(w, columns)
		if err := x.each(rows, out.Row); err != nil {
			return err
		}
		return out.Close()
	}
	res := &view.Result{Columns: columns}
	if err := x.each(rows, func(values []any) error {
		res.Rows = append(res.Rows, append([]any{}, values...))
		return nil
	}); err != nil {
		return err
	}
	res.More = x.more
	if x.format == "json" {
		return documentTo(w, queryDocument(res))
	}
	width := 0
	if view.Terminal(w) {
		width = view.Width(w)
	}
	res.Table(w, width)
	return nil
}

// each hands over the rows, as many as are asked for.
func (x *answer) each(rows run.Rows, fn func(values []any) error) error {
	for rows.Next() {
		if x.flags.maxRows > 0 && x.rows == x.flags.maxRows {
			x.more = true
			return nil
		}
		x.rows++
		if err := fn(rows.Values()); err != nil {
			return err
		}
	}
	return rows.Err()
}

func queryDocument(res *view.Result) any {
	type column struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	columns := []column{}
	for _, c := range res.Columns {
		columns = append(columns, column{c.Name, c.Type})
	}
	return struct {
		Columns []column `json:"columns"`
		Rows    []any    `json:"rows"`
		More    bool     `json:"more"`
	}{columns, res.Objects(), res.More}
}
