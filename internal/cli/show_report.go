package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"kith/internal/diag"
	"kith/internal/project"
)

func (a *App) showReport() *cobra.Command {
	var seqNo string
	var open bool
	c := &cobra.Command{
		Use:     "run_report",
		Aliases: []string{"run-report"},
		Short:   "Say where the report of a run is, or open it",
		Long: `Say where the report of a run is: a page with every step on a timeline, its rows, its reason, its SQL and what went wrong. It
needs neither the warehouse nor the network. With --json the report itself is written. Without --seq_no it is that of the run
of the target that began last.`,
		Example: example(`
			kith show run_report
			kith show run_report --open
			kith show run_report --seq_no 4 --json`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.reported(c.Context(), seqNo, open) },
	}
	c.Flags().StringVar(&seqNo, "seq_no", "", "sequence number of the run: N or latest; default is latest")
	c.Flags().BoolVar(&open, "open", false, "open the page in the browser")
	return c
}

func (a *App) reported(ctx context.Context, seqNo string, open bool) error {
	var number int64
	if seqNo != "" && seqNo != "latest" {
		var err error
		if number, err = strconv.ParseInt(seqNo, 10, 64); err != nil || number < 1 {
			var l diag.List
			l.Errorf(diag.WSeqNo, noSpan, "--seq_no %q is none of: a number from 1, latest", seqNo)
			return refuse(ExitUser, l)
		}
	}
	p, err := a.load(ctx)
	if err != nil {
		return err
	}
	t, err := a.target(p)
	if err != nil {
		return err
	}
	folder, err := p.FindReport(t.Output.Target, number)
	if errors.Is(err, project.ErrNoReport) {
		var l diag.List
		d := l.Errorf(diag.WReport, noSpan, "no run of target %s has left a report", t.Output.Target)
		if number > 0 {
			d.Message = "seq no " + seqNo + " of target " + t.Output.Target + " has no report"
		}
		d.WithFix("%s", a.line("kith run"))
		return refuse(ExitUser, l)
	}
	if err != nil {
		return stop(ExitUser, err)
	}
	page := filepath.Join(folder, project.ReportPage)
	if open {
		if err := browse(page); err != nil {
			a.note("the page could not be opened: %v", err)
		}
	}
	if a.flags.json {
		data, err := os.ReadFile(filepath.Join(folder, project.ReportJSON))
		if err != nil {
			return stop(ExitUser, err)
		}
		_, err = a.Out.Write(data)
		return err
	}
	_, err = a.Out.Write([]byte(project.Relative(page, dir()) + "\n"))
	return err
}

// browse opens a file with what the system opens pages with. It does not wait for the browser.
func browse(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.Command("open", path)
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", path)
	default:
		c = exec.Command("xdg-open", path)
	}
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
