package siteconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Entry is a key and a value to write: a string, an int, a bool, a Secret or nested entries.
type Entry struct {
	Key   string
	Value any
}

// NewConnection is a connection to add to a file, with one output.
type NewConnection struct {
	Name, Target string
	// Output are the keys of the output in the order to write them.
	Output []Entry
}

// Append adds a connection to the site configuration at path, which is made when missing. Every byte that was there stays;
// the file is replaced at one stroke, readable by its owner only. A symbolic link is followed. The error is for the disk;
// what the user can mend (the name is taken, the file is not YAML) is in the list, and then nothing was written.
func Append(path string, c NewConnection) (diag.List, error) {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	data, list := appendTo(path, old, c)
	if list.HasErrors() {
		return list, nil
	}
	return list, replace(path, data)
}

// appendTo is the new text.
func appendTo(path string, old []byte, c NewConnection) ([]byte, diag.List) {
	f, list := Parse(path, old)
	if list.HasErrors() {
		return nil, list
	}
	connections := f.root.Get("connections")
	at, indent, newline := len(old), "  ", "\n"
	if bytes.Contains(old, []byte("\r\n")) {
		newline = "\r\n"
	}
	head := ""
	switch {
	case connections == nil:
		if f.root.Kind == source.MapNode && isFlow(old, f.root) {
			return nil, cannot(f.span(f.root.Span))
		}
		head = "connections:" + newline
	case connections.Kind == source.NullNode:
		_, at = lineOf(old, keyEnd(f.root, "connections"))
	case connections.Kind != source.MapNode || len(connections.Pairs) == 0 || isFlow(old, connections):
		return nil, cannot(f.span(connections.Span))
	default:
		for _, p := range connections.Pairs {
			if p.Key.Value == c.Name {
				list.Errorf(diag.SiteConnectionExists, f.span(p.Key.Span), "there is a connection %s already", c.Name).WithFix("choose another name")
				return nil, list
			}
		}
		start, _ := lineOf(old, connections.Pairs[0].Key.Span.Start)
		indent = string(old[start:connections.Pairs[0].Key.Span.Start])
		_, at = lineOf(old, lastByte(connections))
	}
	var b strings.Builder
	if at > 0 && old[at-1] != '\n' {
		b.WriteString(newline)
	}
	b.WriteString(head)
	step := indent
	if strings.Trim(step, " ") != "" || step == "" {
		return nil, cannot(f.span(connections.Span))
	}
	writeEntries(&b, indent, step, newline, []Entry{{c.Name, []Entry{
		{"target", c.Target}, {"outputs", []Entry{{c.Target, c.Output}}}}}})
	data := bytes.Join([][]byte{old[:at], []byte(b.String()), old[at:]}, nil)
	if !same(path, old, data, c) {
		span := source.Span{}
		if connections != nil {
			span = f.span(connections.Span)
		}
		return nil, cannot(span)
	}
	return data, nil
}

func cannot(at source.Span) diag.List {
	var list diag.List
	list.Errorf(diag.SiteCannotAppend, at, "a connection cannot be added to this file without touching the rest of it").
		WithFix("write connections as a block, a name a line, or add the connection by hand")
	return list
}

// isFlow reports whether a map is written in braces.
func isFlow(data []byte, n *source.Node) bool {
	return n.Span.Start < len(data) && data[n.Span.Start] == '{'
}

func keyEnd(root *source.Node, key string) int {
	for _, p := range root.Pairs {
		if p.Key.Value == key {
			return p.Key.Span.End
		}
	}
	return 0
}

// lastByte is the offset of the last byte of a node's last scalar.
func lastByte(n *source.Node) int {
	last := n.Span.Start
	for _, p := range n.Pairs {
		last = max(last, p.Key.Span.End-1, lastByte(p.Value))
	}
	for _, item := range n.Items {
		last = max(last, lastByte(item))
	}
	return max(last, n.Span.End-1)
}

// lineOf is the start of the line that holds an offset and the start of the next one.
func lineOf(data []byte, at int) (start, next int) {
	at = min(max(at, 0), len(data))
	start = bytes.LastIndexByte(data[:at], '\n') + 1
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return start, at + i + 1
	}
	return start, len(data)
}

func writeEntries(b *strings.Builder, indent, step, newline string, entries []Entry) {
	for _, e := range entries {
		b.WriteString(indent + scalar(e.Key) + ":")
		if nested, ok := e.Value.([]Entry); ok && len(nested) == 0 {
			b.WriteString(" {}" + newline)
			continue
		} else if ok {
			b.WriteString(newline)
			writeEntries(b, indent+step, step, newline, nested)
			continue
		}
		b.WriteString(" " + written(e.Value) + newline)
	}
}

func written(v any) string {
	switch v := v.(type) {
	case Secret:
		return scalar(v.Reveal())
	case string:
		return scalar(v)
	}
	return fmt.Sprint(v)
}

var (
	plainText  = regexp.MustCompile(`^[A-Za-z_/~][A-Za-z0-9_./+-]*$`)
	yamlWord   = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|~)$`)
	plainColon = regexp.MustCompile(`^(env|file):[A-Za-z0-9_./-]+$`)
)

// scalar writes a text so that YAML reads the same text: bare where that is safe, else in double quotes.
func scalar(s string) string {
	if plainText.MatchString(s) && !yamlWord.MatchString(s) || plainColon.MatchString(s) {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// same reports whether the new text reads as the old one with the connection added and nothing else changed.
func same(path string, old, data []byte, c NewConnection) bool {
	before, _ := Parse(path, old)
	after, list := Parse(path, data)
	if list.HasErrors() || after.root == nil {
		return false
	}
	want, ok := tree(before.root).(map[string]any)
	if !ok {
		want = map[string]any{}
	}
	connections, ok := want["connections"].(map[string]any)
	if !ok {
		connections = map[string]any{}
		want["connections"] = connections
	}
	connections[c.Name] = map[string]any{"target": c.Target, "outputs": map[string]any{c.Target: entryTree(c.Output)}}
	return reflect.DeepEqual(tree(after.root), any(want))
}

func tree(n *source.Node) any {
	switch {
	case n == nil || n.Kind == source.NullNode:
		return nil
	case n.Kind == source.ScalarNode:
		return n.Text.S
	case n.Kind == source.ListNode:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, tree(item))
		}
		return out
	}
	out := map[string]any{}
	for _, p := range n.Pairs {
		out[p.Key.Value] = tree(p.Value)
	}
	return out
}

func entryTree(entries []Entry) map[string]any {
	out := map[string]any{}
	for _, e := range entries {
		switch v := e.Value.(type) {
		case []Entry:
			out[e.Key] = entryTree(v)
		case Secret:
			out[e.Key] = v.Reveal()
		default:
			out[e.Key] = fmt.Sprint(v)
		}
	}
	return out
}

// replace writes a file at one stroke with mode 0600.
func replace(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(fs.FileMode(0o600))
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
