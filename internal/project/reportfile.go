package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"
)

// Names of the files of a report, in output/<target>/seq_no/<n>.
const (
	ReportJSON = "run_report.json"
	ReportPage = "run_report.html"
)

// JSON returns the report as it is written to a file.
func (r *RunReport) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}

// ForgetReport takes away the report that an earlier run of the same number left, so that no report stands beside a run that
// it does not tell of.
func (c *Compiled) ForgetReport() error {
	root, folder, err := c.reportFolder()
	if err != nil {
		return err
	}
	defer root.Close()
	return errors.Join(root.RemoveAll(path.Join(folder, ReportJSON)), root.RemoveAll(path.Join(folder, ReportPage)))
}

// WriteReport writes both files of a report, each whole or not at all, and returns the path of the page relative to the
// project.
func (c *Compiled) WriteReport(r *RunReport, page []byte) (string, error) {
	data, err := r.JSON()
	if err != nil {
		return "", err
	}
	root, folder, err := c.reportFolder()
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{ReportJSON, data}, {ReportPage, page}} {
		next := path.Join(folder, fmt.Sprintf(".%s-%d", f.name, os.Getpid()))
		if err := root.WriteFile(next, f.data, 0o644); err != nil {
			root.Remove(next)
			return "", err
		}
		if err := root.Rename(next, path.Join(folder, f.name)); err != nil {
			root.Remove(next)
			return "", err
		}
	}
	return filepath.FromSlash(path.Join(folder, ReportPage)), nil
}

func (c *Compiled) reportFolder() (root *os.Root, folder string, err error) {
	root, err = os.OpenRoot(c.Project.Spec.Root)
	return root, path.Join(numbersFolder(c.Settings.Target), strconv.FormatInt(c.Settings.SeqNo, 10)), err
}

func numbersFolder(target string) string { return path.Join("output", safeTarget(target), "seq_no") }

// ErrNoReport is returned by FindReport when there is no report to show.
var ErrNoReport = errors.New("no run of this target has left a report")

// FindReport returns the folder of the report of a sequence number, or with 0 of the run that began last.
func (p *Project) FindReport(target string, seqNo int64) (folder string, err error) {
	base := filepath.Join(p.Spec.Root, filepath.FromSlash(numbersFolder(target)))
	if seqNo > 0 {
		folder = filepath.Join(base, strconv.FormatInt(seqNo, 10))
		if !exists(filepath.Join(folder, ReportJSON)) {
			return "", ErrNoReport
		}
		return folder, nil
	}
	entries, err := os.ReadDir(base)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var newest time.Time
	for _, e := range entries {
		if _, err := strconv.ParseInt(e.Name(), 10, 64); err != nil {
			continue
		}
		data, err := os.ReadFile(filepath.Join(base, e.Name(), ReportJSON))
		if err != nil {
			continue
		}
		var r struct{ StartedAt time.Time }
		if json.Unmarshal(data, &r) == nil && (folder == "" || r.StartedAt.After(newest)) {
			folder, newest = filepath.Join(base, e.Name()), r.StartedAt
		}
	}
	if folder == "" {
		return "", ErrNoReport
	}
	return folder, nil
}
