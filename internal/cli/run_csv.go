package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kith/internal/cli/view"
	"kith/internal/project"
	"kith/internal/run"
)

// writeOutputs writes everything that a run published as CSV files, a file for each name, each whole or not at all.
func (a *App) writeOutputs(ctx context.Context, w *project.Work, c *project.Compiled, out *run.Outcome, folder string) error {
	path := inOutput(c.Project.Spec.Root, folder)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return stop(ExitUser, err)
	}
	for _, p := range out.Published {
		err := writeWhole(filepath.Join(path, p.Name+".csv"), func(to io.Writer) error {
			rows, err := w.Read(ctx, c, p)
			if err != nil {
				return err
			}
			defer rows.Close()
			csv := view.NewCSV(to, rows.Columns())
			for rows.Next() {
				if err := csv.Row(rows.Values()); err != nil {
					return err
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
			return csv.Close()
		})
		if err != nil {
			if interrupted(ctx, err) {
				return stop(ExitInterrupted, err)
			}
			return stop(ExitRun, fmt.Errorf("the run is published; %s cannot be written as CSV: %w", p.Name, err))
		}
	}
	a.note("%s written to %s", view.Count(len(out.Published), "CSV file"), project.Relative(path, dir()))
	return nil
}
