package siteconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"kith/internal/diag"
	"kith/internal/source"
)

// DefaultPath is ~/.pb/siteconfig.yaml, "" when there is no home directory.
func DefaultPath() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".pb", "siteconfig.yaml")
}

// File is a site configuration that was read. Its spans lie in a copy of the text with the secrets starred out.
type File struct {
	Path string
	// shown is the text with stars for secrets: what diagnostics may quote.
	shown *source.File
	root  *source.Node
}

// Load reads a site configuration. Given tells that the user named the path: then a missing file is a mistake, otherwise
// it is nil, which Resolve takes for "nothing configured". With mistakes in the YAML the file holds what could be read.
func Load(path string, given bool) (*File, diag.List) {
	var list diag.List
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !given:
		return nil, nil
	case err != nil:
		list.Errorf(diag.SiteFile, source.Span{}, "the site configuration %s cannot be read: %v", path, reason(err)).
			WithFix("check the path given with -c")
		return nil, list
	}
	return Parse(path, data)
}

// reason is an error of a file without the path, which the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Parse reads a site configuration from its text.
func Parse(path string, data []byte) (*File, diag.List) {
	var list diag.List
	original := source.NewFile(path, data)
	root, problems := source.ParseYAML(original)
	f := &File{Path: path, root: root}
	if len(problems) > 0 {
		// Where the values are is not known for certain, so all of them are starred out.
		f.shown = source.NewFile(path, starAll(data))
	} else {
		shown := bytes.Clone(data)
		starValues(shown, root, false)
		f.shown = source.NewFile(path, shown)
	}
	for _, p := range problems {
		d := list.Errorf(diag.SiteYAML, f.span(p.At), "%s", p.Message)
		d.WithAlso(f.span(p.Also), "%s", p.AlsoMessage)
		d.WithFix("%s", p.Fix)
	}
	switch {
	case root == nil:
		return f, list
	case root.Kind == source.NullNode:
	case root.Kind != source.MapNode:
		list.Errorf(diag.SiteShape, f.span(root.Span), "the site configuration is a map with the key connections")
	}
	return f, list
}

// span is the same place in the text that may be shown.
func (f *File) span(s source.Span) source.Span {
	if s.File == nil {
		return s
	}
	s.File = f.shown
	return s
}

// shownKeys are the keys whose values may be quoted. The list is of what is known to be harmless and not of what is known
// to be secret, because a password also ends up under a slip of a key, or where a map should be.
var shownKeys = map[string]bool{
	"type": true, "target": true, "schema": true, "path": true, "memory_limit": true, "threads": true, "temp_directory": true,
	"account": true, "warehouse": true, "dbname": true, "role": true, "user": true, "host": true, "port": true, "sslmode": true,
	"project_id": true, "location": true, "catalog": true, "region": true, "sslrootcert": true, "sslcert": true, "connect_timeout": true, "statement_timeout": true, "driver": true, "http_endpoint": true,
	"workgroup_name": true, "cluster_identifier": true, "shared_profile": true, "useKeyPairAuth": true, "privateKeyFile": true,
	"cache_dir": true, "python_path": true, "enabled": true, "bucket": true, "reporegex": true,
}

// starValues overwrites the values below a node that may not be quoted, byte for byte, so that places stay.
func starValues(data []byte, n *source.Node, shown bool) {
	if n == nil {
		return
	}
	if n.Kind == source.ScalarNode && !shown && !isReference(n.Text.S) {
		star(data, n.Span.Start, n.Span.End)
	}
	for _, item := range n.Items {
		starValues(data, item, shown)
	}
	for _, p := range n.Pairs {
		starValues(data, p.Value, shownKeys[p.Key.Value])
	}
}

func star(data []byte, start, end int) {
	for i := max(start, 0); i < min(end, len(data)); i++ {
		if data[i] > ' ' {
			data[i] = '*'
		}
	}
}

// starAll keeps the keys and the layout of a text that is not YAML and stars out the rest.
func starAll(data []byte) []byte {
	out := bytes.Clone(data)
	for start := 0; start < len(out); {
		end := len(out)
		if i := bytes.IndexByte(out[start:], '\n'); i >= 0 {
			end = start + i
		}
		from := start
		for from < end && (out[from] == ' ' || out[from] == '\t' || out[from] == '-') {
			from++
		}
		if i := bytes.IndexByte(out[from:end], ':'); i > 0 && isName(out[from:from+i]) {
			from += i + 1
		}
		star(out, from, end)
		start = end + 1
	}
	return out
}

func isName(b []byte) bool {
	for _, c := range b {
		if !(c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z') {
			return false
		}
	}
	return len(b) <= 40
}
