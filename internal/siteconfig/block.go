package siteconfig

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// Block is a map of the file with its references resolved, in the order written. Keys are kept as they are, known or not.
type Block struct{ fields []field }

type field struct {
	key    string
	keyAt  source.Span
	at     source.Span // of the value
	text   string      // of a scalar that is no secret
	secret Secret
	block  *Block // of a map
	list   []string
	kind   source.NodeKind
}

// Keys are the keys in the order written.
func (b *Block) Keys() []string {
	if b == nil {
		return nil
	}
	keys := make([]string, len(b.fields))
	for i, f := range b.fields {
		keys[i] = f.key
	}
	return keys
}

func (b *Block) get(key string) *field {
	if b == nil {
		return nil
	}
	for i := range b.fields {
		if b.fields[i].key == key {
			return &b.fields[i]
		}
	}
	return nil
}

// Text is the value of a key that is no secret, "" when it is absent.
func (b *Block) Text(key string) string {
	if f := b.get(key); f != nil {
		return f.text
	}
	return ""
}

// Secret is the value of a key that names a secret, zero when it is absent.
func (b *Block) Secret(key string) Secret {
	if f := b.get(key); f != nil {
		return f.secret
	}
	return Secret{}
}

// Bool is the value of a key as YAML writes it ("true", "yes", "on"), false when it is absent.
func (b *Block) Bool(key string) bool {
	switch strings.ToLower(b.Text(key)) {
	case "true", "yes", "on", "y":
		return true
	}
	return false
}

// Int is the value of a key as a number; ok is false when it is absent or none.
func (b *Block) Int(key string) (n int, ok bool) {
	n, err := strconv.Atoi(b.Text(key))
	return n, err == nil
}

// Block is the map under a key, nil when it is absent.
func (b *Block) Block(key string) *Block {
	if f := b.get(key); f != nil {
		return f.block
	}
	return nil
}

// List is the scalars of the list under a key.
func (b *Block) List(key string) []string {
	if f := b.get(key); f != nil {
		return f.list
	}
	return nil
}

// At is the place of a key's value, zero when it is absent.
func (b *Block) At(key string) source.Span {
	if f := b.get(key); f != nil {
		return f.at
	}
	return source.Span{}
}

// resolver turns nodes into blocks.
type resolver struct {
	file *File
	env  func(string) (string, bool)
	list *diag.List
}

func (r *resolver) block(n *source.Node) *Block {
	b := &Block{}
	for _, p := range n.Pairs {
		f := field{key: p.Key.Value, keyAt: r.file.span(p.Key.Span), at: r.file.span(p.Value.Span), kind: p.Value.Kind}
		secret := isSecretKey(f.key)
		switch p.Value.Kind {
		case source.ScalarNode:
			value := r.value(p.Value.Text.S, f.at, secret)
			if secret {
				f.secret = NewSecret(value)
			} else {
				f.text = value
			}
		case source.MapNode:
			f.block = r.block(p.Value)
		case source.ListNode:
			for _, item := range p.Value.Items {
				if item.Kind == source.ScalarNode && !secret {
					f.list = append(f.list, r.value(item.Text.S, r.file.span(item.Span), false))
				}
			}
		}
		b.fields = append(b.fields, f)
	}
	return b
}

var variable = regexp.MustCompile(`\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// isReference reports whether a value names where a secret is instead of being one.
func isReference(s string) bool {
	if strings.HasPrefix(s, "env:") || strings.HasPrefix(s, "file:") {
		return true
	}
	m := variable.FindString(s)
	return m != "" && m == s && !strings.HasPrefix(m, "$$")
}

// value replaces the references of a value: ${NAME} anywhere, $${ for a literal one; env:NAME and file:/path as the whole
// value of a secret.
func (r *resolver) value(s string, at source.Span, secret bool) string {
	if name, ok := strings.CutPrefix(s, "env:"); ok && secret {
		return r.variable(strings.TrimSpace(name), at)
	}
	if path, ok := strings.CutPrefix(s, "file:"); ok && secret {
		return r.read(strings.TrimSpace(path), at)
	}
	return variable.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "$$") {
			return m[1:]
		}
		return r.variable(m[2:len(m)-1], at)
	})
}

func (r *resolver) variable(name string, at source.Span) string {
	v, ok := r.env(name)
	if !ok {
		r.list.Errorf(diag.SiteMissingVariable, at, "the environment variable %s is not set", name).WithFix("set %s", name)
	}
	return v
}

// read returns the text of a file without white space at its end. A relative path starts where the site configuration is.
func (r *resolver) read(path string, at source.Span) string {
	path = expand(path, filepath.Dir(r.file.Path))
	data, err := os.ReadFile(path)
	if err != nil {
		r.list.Errorf(diag.SiteSecretFile, at, "the file %s cannot be read: %v", path, reason(err))
		return ""
	}
	return strings.TrimRight(string(data), " \t\r\n")
}

// expand makes a path absolute: "~/" is the home directory, a relative path starts at base.
func expand(path, base string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}
