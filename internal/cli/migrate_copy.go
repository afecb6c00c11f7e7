package cli

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// notCopied are folders of a project that are made by running it.
var notCopied = map[string]bool{"output": true, "logs": true, "migrations": true}

// copyProject copies the files of a project to a folder, which may lie in it. Hidden folders and what runs have written stay
// behind; so do links, which could lead anywhere.
func copyProject(root, folder string) error {
	to, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path == to || rel != "." && (strings.HasPrefix(d.Name(), ".") || notCopied[rel]) {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	return writeWhole(to, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
}
