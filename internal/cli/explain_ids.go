package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
)

// explainIDs are the flags of the commands that explain ids.
type explainIDs struct {
	entity, seqNo, html string
	types               []string
	limit               int
}

func (f *explainIDs) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.entity, "entity", "", "only in the graph of this entity")
	fl.StringVar(&f.seqNo, "seq_no", "latest", "sequence number of the run to look in")
	fl.StringSliceVar(&f.types, "type", nil, "id type, where ids of several types have the value; two for two ids")
}

func (f *explainIDs) addPicture(c *cobra.Command) {
	c.Flags().StringVar(&f.html, "html", "", "write a page with a picture to this file; it holds the ids")
}

// queries are the ids with their types.
func (f *explainIDs) queries(ids []string) ([]project.IDQuery, error) {
	if n := len(f.types); n > 1 && n != len(ids) {
		var l diag.List
		l.Errorf(diag.UFlag, noSpan, "there are %d types for %s", n, view.Count(len(ids), "id")).WithFix("give one --type for all ids, or one for each")
		return nil, refuse(ExitUser, l)
	}
	var out []project.IDQuery
	for i, id := range ids {
		q := project.IDQuery{Value: id}
		if len(f.types) > 0 {
			q.Type = f.types[min(i, len(f.types)-1)]
		}
		out = append(out, q)
	}
	return out, nil
}

// explained opens the graph, asks and ends the command where nothing can be answered.
func explained[T any](ctx context.Context, a *App, f explainIDs, ask func(w *project.Work, m project.Moment) (T, diag.List, error)) (T, error) {
	var none T
	w, m, err := a.openAt(ctx, "kith explain", f.seqNo)
	if err != nil {
		return none, err
	}
	defer w.Close()
	out, diags, err := ask(w, m)
	switch {
	case err != nil:
		return none, a.trouble(ctx, w.Target, err, "reading the identity graph")
	case diags.HasErrors():
		return none, refuse(ExitUser, diags)
	}
	return out, nil
}

// page writes the page of an explanation and says so.
func (a *App) page(path string, html func() ([]byte, error)) error {
	if path == "" {
		return nil
	}
	text, err := html()
	if err != nil {
		return stop(ExitUser, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return unwritten(err)
	}
	if err := writeWhole(path, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return unwritten(err)
	}
	a.note("%s", a.style().Dim("page: "+path))
	return nil
}

// shownID is an id with its type.
func shownID(id project.ID) string { return fmt.Sprintf("%s (%s)", id.Value, id.Type) }

// evidenceLine is what one source says, without the source: rows, times, rule, and why it does not count.
func evidenceLine(e project.EdgeEvidence) string {
	var parts []string
	if e.Rule != "" {
		parts = append(parts, e.Rule)
	}
	if e.Rows > 0 {
		parts = append(parts, view.Count(int(e.Rows), "row"))
	}
	if s := during(e.FirstSeen, e.LastSeen); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

const shownTime = "2006-01-02 15:04:05"

// during is a length of time, "" where it is not known.
func during(first, last *time.Time) string {
	switch {
	case first == nil || last == nil:
		return ""
	case first.Equal(*last):
		return first.Format(shownTime)
	}
	return first.Format(shownTime) + " to " + last.Format(shownTime)
}

// more says how many of a list are not shown, "" for none.
func more(total, shown int) string {
	if total <= shown {
		return ""
	}
	return fmt.Sprintf("and %s more", view.Number(int64(total-shown)))
}
