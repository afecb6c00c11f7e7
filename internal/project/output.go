package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Kind is the folder of the output that a command writes.
type Kind string

// The kinds.
const (
	CompileOutput Kind = "compile"
	RunOutput     Kind = "run"
)

// Write puts the statements in output/<target>/seq_no/<n>/<kind> below the project and points latest there. The folder is
// put together beside its place and renamed, so it holds one compile whole, and nothing of an earlier one. It returns the
// folder relative to the project. Nothing is ever written outside of the project, not through links either.
func (c *Compiled) Write(kind Kind) (folder string, err error) {
	root, err := os.OpenRoot(c.Project.Spec.Root)
	if err != nil {
		return "", err
	}
	defer root.Close()
	base := numbersFolder(c.Settings.Target)
	number := strconv.FormatInt(c.Settings.SeqNo, 10)
	parent := path.Join(base, number)
	folder = path.Join(parent, string(kind))
	next := path.Join(parent, fmt.Sprintf(".%s-%d", kind, os.Getpid()))
	if err := root.RemoveAll(next); err != nil {
		return "", err
	}
	defer root.RemoveAll(next)
	if err := root.MkdirAll(next, 0o755); err != nil {
		return "", err
	}
	for _, f := range c.Files() {
		name := path.Join(next, f.Path)
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return "", err
		}
		if err := root.WriteFile(name, []byte(f.Text), 0o644); err != nil {
			return "", err
		}
	}
	if err := swap(root, next, folder); err != nil {
		return "", err
	}
	return filepath.FromSlash(folder), pointLatest(root, base, number)
}

// swap puts next in the place of folder.
func swap(root *os.Root, next, folder string) error {
	old := next + "-old"
	defer root.RemoveAll(old)
	if err := root.Rename(folder, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return root.Rename(next, folder)
}

// pointLatest makes latest a link to a number's folder, or a file with the number where links cannot be made.
func pointLatest(root *os.Root, base, number string) error {
	latest, next := path.Join(base, "latest"), path.Join(base, fmt.Sprintf(".latest-%d", os.Getpid()))
	if err := root.RemoveAll(next); err != nil {
		return err
	}
	if err := root.Symlink(number, next); err != nil {
		if err := root.WriteFile(next, []byte(number+"\n"), 0o644); err != nil {
			return err
		}
	}
	return root.Rename(next, latest)
}

// safeTarget is a target's name as the name of a folder.
func safeTarget(target string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, target)
	if strings.Trim(name, ". ") == "" {
		return "target"
	}
	return name
}
