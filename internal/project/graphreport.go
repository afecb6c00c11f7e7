package project

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
)

// GraphReportFile is the name of the report of a graph, beside the files of the run that built it. Pictures of clusters are in a folder
// of the same name without its ending.
func GraphReportFile(stitcher string) string { return stitcher + "_report.html" }

// WriteGraphReport writes the files of the report of a graph below the folder of a seq no, to which their names are relative; page is the
// name of the page. It returns the path of the page relative to the project.
func (w *Work) WriteGraphReport(seqNo int64, page string, files map[string][]byte) (string, error) {
	root, err := os.OpenRoot(w.Project.Spec.Root)
	if err != nil {
		return "", err
	}
	defer root.Close()
	folder := path.Join(numbersFolder(w.Target.Output.Target), strconv.FormatInt(seqNo, 10))
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		full := path.Join(folder, name)
		if err := root.MkdirAll(path.Dir(full), 0o755); err != nil {
			return "", err
		}
		if err := root.WriteFile(full, files[name], 0o644); err != nil {
			return "", err
		}
	}
	return filepath.FromSlash(path.Join(folder, page)), nil
}
