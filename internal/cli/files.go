package cli

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

// writeWhole writes a file by way of another one beside it, so that nobody meets half of it.
func writeWhole(path string, write func(w io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// bytesOf writes what is there already.
func bytesOf(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// documentTo writes a JSON document.
func documentTo(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// jsonOf writes a JSON document.
func jsonOf(v any) func(io.Writer) error {
	return func(w io.Writer) error { return documentTo(w, v) }
}
