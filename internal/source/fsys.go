package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrTooLarge is returned by ReadFile for a file of more than MaxYAMLSize bytes.
var ErrTooLarge = fmt.Errorf("larger than %d MB", MaxYAMLSize>>20)

// ReadFile reads a text file of fsys. It stops at MaxYAMLSize, so that a data file in the wrong folder does not fill the
// memory; the File then holds nothing and the error is ErrTooLarge. Other errors are those of the file system.
func ReadFile(fsys fs.FS, name string) (*File, error) {
	r, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, MaxYAMLSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxYAMLSize {
		return NewFile(name, nil), ErrTooLarge
	}
	return NewFile(name, data), nil
}

// Listing is what YAMLFiles found below a folder.
type Listing struct {
	// Files are the YAML files, sorted by path.
	Files []string
	// Links are symbolic links that are not followed: links to folders, and links whose target is missing or outside of
	// the file system.
	Links []string
}

// YAMLFiles lists the files that end in .yaml or .yml in folder and below it. Folders whose name begins with a dot are
// passed over. Links to files inside of fsys count as files; links to folders are not followed, because they could lead
// round in a circle. The error wraps fs.ErrNotExist when the folder does not exist.
func YAMLFiles(fsys fs.FS, folder string) (Listing, error) {
	var out Listing
	info, err := fs.Stat(fsys, folder)
	if err != nil {
		return out, err
	}
	if !info.IsDir() {
		return out, &fs.PathError{Op: "read", Path: folder, Err: errors.New("not a folder")}
	}
	err = fs.WalkDir(fsys, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != folder && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		ext := strings.ToLower(path.Ext(name))
		yaml := ext == ".yaml" || ext == ".yml"
		if d.Type()&fs.ModeSymlink != 0 {
			info, err := fs.Stat(fsys, name)
			switch {
			case err != nil && yaml, err == nil && info.IsDir():
				out.Links = append(out.Links, name)
				return nil
			case err != nil:
				return nil
			}
		}
		if yaml {
			out.Files = append(out.Files, name)
		}
		return nil
	})
	// WalkDir goes by entries within a folder, which sorts "a/b" before "a-b"; by path is what people see.
	slices.Sort(out.Files)
	slices.Sort(out.Links)
	return out, err
}
