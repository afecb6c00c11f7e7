package spec

import (
	"fmt"
	"strings"

	"kith/internal/source"
)

// Older is one use of an older form of the language: where it stands, and the change of the text that makes it the current
// form. What the diagnostics of a load say of older forms is here as well, so that migrating a project is carrying out what
// loading it found.
type Older struct {
	// At is the place that is shown: a key, a value or an item.
	At source.Span
	// Old and New are the forms in a few words: "ref" and "from".
	Old, New string
	// Edit is nil for what only the user can change, not knowing what it was meant for.
	Edit Edit
}

// Edit is a change of a text in terms of YAML: Replace, ReplaceItems, RemoveKey, RemoveItem, WrapItem, AddKey, Nest, MoveList, MoveItem,
// AddItem or RenameFile and no other. Which bytes change is the business of who carries it out.
type Edit interface{ edit() }

// Replace puts other text in the place of a span: the new name of a key, another value.
type Replace struct {
	Span source.Span
	With string
}

// ReplaceItems puts items, each a map in braces, in the place of an item of a list or of a value that is no list.
type ReplaceItems struct {
	At    *source.Node
	Items []string
}

// RemoveKey takes a key and its value out of a map.
type RemoveKey struct {
	In  *source.Node
	Key source.At[string]
}

// RemoveItem takes an item out of a list.
type RemoveItem struct{ List, Item *source.Node }

// WrapItem makes a map with one key of an item of a list.
type WrapItem struct {
	List, Item *source.Node
	Key        string
}

// AddKey adds a key to a map, as the first or the last one.
type AddKey struct {
	In         *source.Node
	Key, Value string
	First      bool
}

// Nest moves keys of a map into the map under one of its keys, which is made if it is not there. As, when set, is the new
// name of the key moved.
type Nest struct {
	In    *source.Node
	Keys  []source.Pair
	Under string
	As    string
}

// MoveList moves the items of a list to the end of the list under a key of another map, which is made if it is not there,
// and takes the emptied key away. With Head they become one item: a map of Head and, under Inner, the list.
type MoveList struct {
	In    *source.Node
	From  source.Pair
	To    *source.Node
	Key   string
	Head  [][2]string
	Inner string
}

// MoveItem moves an item of a list to the end of the list under a key of a map, and leaves a word in its place.
type MoveItem struct {
	Item  *source.Node
	To    *source.Node
	Key   string
	Leave string
}

// AddItem adds an item, a map with one key, to the list under a key of a map, which is made if it is not there.
type AddItem struct {
	To         *source.Node
	Key        string
	Name, Word string
}

// RenameFile gives a file another name.
type RenameFile struct{ From, To string }

func (Replace) edit()      {}
func (ReplaceItems) edit() {}
func (RemoveKey) edit()    {}
func (RemoveItem) edit()   {}
func (WrapItem) edit()     {}
func (AddKey) edit()       {}
func (Nest) edit()         {}
func (MoveList) edit()     {}
func (MoveItem) edit()     {}
func (AddItem) edit()      {}
func (RenameFile) edit()   {}

// older records a use of an older form.
func (d *Decoder) older(at source.Span, was, is string, e Edit) {
	d.Older = append(d.Older, &Older{At: at, Old: was, New: is, Edit: e})
}

// without returns a map without one of its keys; the map itself may be shared by aliases and stays as it is.
func without(n *source.Node, key string) *source.Node {
	out := *n
	out.Pairs = nil
	for _, p := range n.Pairs {
		if p.Key.Value != key {
			out.Pairs = append(out.Pairs, p)
		}
	}
	return &out
}

// with returns a map in which a key has another value; a new key comes last.
func with(n *source.Node, key source.At[string], value *source.Node) *source.Node {
	out := *n
	out.Pairs = nil
	done := false
	for _, p := range n.Pairs {
		if p.Key.Value == key.Value {
			p.Value, done = value, true
		}
		out.Pairs = append(out.Pairs, p)
	}
	if !done {
		out.Pairs = append(out.Pairs, source.Pair{Key: key, Value: value})
	}
	return &out
}

// word is a scalar that nobody wrote, placed at span.
func word(s string, span source.Span) *source.Node {
	return &source.Node{Kind: source.ScalarNode, Tag: "!!str", Span: span, Text: source.Literal(s, span), Plain: true}
}

// Quote writes text as a scalar of one line that YAML reads back as it is, without quotes where that is safe.
func Quote(s string) string {
	safe := s != "" && strings.Trim(s, " ") == s
	for i, r := range s {
		letter := r == '_' || r == '/' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '.' && r != '-' && (r < '0' || r > '9')) {
			safe = false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		safe = false
	}
	if safe {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f || r == 0x85 || r == 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
