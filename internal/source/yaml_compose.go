package source

import (
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxAliasNodes is how many nodes aliases and merge keys may add to a file: far more than a person writes, far fewer
// than ten anchors that each hold ten aliases to the one before.
const maxAliasNodes = 1_000_000

// composer turns the parser's nodes into ours: places as byte spans, aliases followed, merge keys expanded.
type composer struct {
	f        *File
	lines    []int // as the parser counts them
	masks    map[int]Span
	problems []Problem

	anchored map[*yaml.Node]*Node
	open     map[*yaml.Node]bool
	sizes    map[*Node]int // nodes below, aliases expanded; only of anchored nodes
	expanded int
	stopped  bool
	inexact  int // scalars of which only the whole place is known; tests want none

	// The last place looked up: nodes come in the order of the text, so the next one is found by going on from it
	// instead of from the start of a line that may hold the whole file.
	line, col, off int
}

func newComposer(f *File, masks []Span) *composer {
	c := &composer{f: f, lines: yamlLines(f.Data), masks: map[int]Span{}, anchored: map[*yaml.Node]*Node{},
		open: map[*yaml.Node]bool{}, sizes: map[*Node]int{}}
	for _, m := range masks {
		c.masks[m.Start] = m
	}
	return c
}

// offset returns the byte at the parser's line and column (both from 1).
func (c *composer) offset(line, col int) int {
	if line < 1 || line > len(c.lines) {
		return len(c.f.Data)
	}
	if line != c.line || col < c.col {
		c.line, c.col, c.off = line, 1, c.lines[line-1]
	}
	for c.col < col && c.off < len(c.f.Data) {
		_, n := utf8.DecodeRune(c.f.Data[c.off:])
		c.off += n
		c.col++
	}
	return c.off
}

// lineSpan is a line without its indentation, comment or line end.
func (c *composer) lineSpan(line int) Span {
	line = min(max(line, 1), len(c.lines))
	start, end := c.lines[line-1], len(c.f.Data)
	if line < len(c.lines) {
		end = c.lines[line]
	}
	for start < end && isBlank(c.f.Data[start]) {
		start++
	}
	for end > start && (isBlank(c.f.Data[end-1]) || c.f.Data[end-1] == '\n' || c.f.Data[end-1] == '\r') {
		end--
	}
	return Span{c.f, start, end}
}

// compose returns the node of a document.
func (c *composer) compose(doc *yaml.Node) *Node {
	n, _, _ := c.node(doc.Content[0])
	return n
}

// node returns y as a Node, the offset at which its own text ends (for an alias, the end of the alias), and the number of
// nodes in it.
func (c *composer) node(y *yaml.Node) (n *Node, end, size int) {
	pos := c.offset(y.Line, y.Column)
	if y.Kind == yaml.AliasNode {
		return c.alias(y, pos)
	}
	start := c.skipProperties(pos, y.Anchor)
	if y.Anchor != "" {
		c.open[y] = true
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n, end = c.scalar(y, start)
		size = 1
	case yaml.SequenceNode:
		n, end, size = c.list(y, start)
	default:
		n, end, size = c.mapping(y, start)
	}
	if y.Anchor != "" {
		delete(c.open, y)
		c.anchored[y] = n
		c.sizes[n] = size
	}
	return n, end, size
}

func (c *composer) alias(y *yaml.Node, pos int) (*Node, int, int) {
	at := Span{c.f, pos, min(pos+1+len(y.Value), len(c.f.Data))}
	none := &Node{Kind: NullNode, Span: at}
	if c.open[y.Alias] {
		c.problems = append(c.problems, Problem{Kind: AliasProblem, At: at,
			Message: fmt.Sprintf("anchor &%s contains itself", y.Value), Also: c.anchorSpan(y.Alias), AlsoMessage: "the anchor is here"})
		return none, at.End, 1
	}
	n := c.anchored[y.Alias]
	if n == nil || !c.spend(c.sizes[n], at) {
		return none, at.End, 1
	}
	return n, at.End, c.sizes[n]
}

// spend counts nodes that aliases add; it is false once there are too many, which is said once.
func (c *composer) spend(nodes int, at Span) bool {
	c.expanded += nodes
	if c.expanded <= maxAliasNodes {
		return true
	}
	if !c.stopped {
		c.stopped = true
		c.problems = append(c.problems, Problem{Kind: ExpansionProblem, At: at,
			Message: fmt.Sprintf("aliases expand to more than %d values", maxAliasNodes),
			Fix:     "do not nest aliases in values that are themselves reused many times"})
	}
	return false
}

func (c *composer) anchorSpan(y *yaml.Node) Span {
	// The cursor is saved: looking back must not make the next look-up start over.
	line, col, off := c.line, c.col, c.off
	pos := c.offset(y.Line, y.Column)
	c.line, c.col, c.off = line, col, off
	return Span{c.f, pos, min(pos+1+len(y.Anchor), len(c.f.Data))}
}

func (c *composer) list(y *yaml.Node, start int) (*Node, int, int) {
	n := &Node{Kind: ListNode, Tag: y.Tag}
	end, size := start, 1
	for _, item := range y.Content {
		child, e, s := c.node(item)
		n.Items = append(n.Items, child)
		end, size = max(end, e), size+s
	}
	end = c.flowEnd(y, start, end)
	n.Span = Span{c.f, start, end}
	return n, end, size
}

func (c *composer) mapping(y *yaml.Node, start int) (*Node, int, int) {
	n := &Node{Kind: MapNode, Tag: y.Tag}
	seen := map[string]Span{}
	var merges []*Node
	end, size := start, 1
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		kn, kend, _ := c.node(key)
		if isMerge(key) {
			merged, e := c.merge(value)
			merges = append(merges, merged...)
			end = max(end, kend, e)
			continue
		}
		child, e, s := c.node(value)
		end, size = max(end, kend, e), size+s+1
		name, ok := keyName(kn)
		if !ok {
			c.problems = append(c.problems, Problem{Kind: KeyProblem, At: kn.Span, Message: "a key must be a plain word, not a map or a list",
				Fix: "quote it if it is a template or text"})
			continue
		}
		if first, dup := seen[name]; dup {
			c.problems = append(c.problems, Problem{Kind: DuplicateKeyProblem, At: kn.Span, Message: fmt.Sprintf("key %q is written twice", name),
				Also: first, AlsoMessage: "first written here", Fix: "keep one of them"})
			continue
		}
		seen[name] = kn.Span
		n.Pairs = append(n.Pairs, Pair{Key: At[string]{name, kn.Span}, Value: child})
	}
	// Written keys win over merged ones, and earlier merged maps over later ones.
	for _, m := range merges {
		for _, p := range m.Pairs {
			if _, dup := seen[p.Key.Value]; !dup {
				seen[p.Key.Value] = p.Key.Span
				n.Pairs = append(n.Pairs, p)
			}
		}
		size += max(c.sizes[m], len(m.Pairs))
	}
	end = c.flowEnd(y, start, end)
	n.Span = Span{c.f, start, end}
	return n, end, size
}

// merge returns the maps that the value of a merge key names, and the end of its text.
func (c *composer) merge(y *yaml.Node) ([]*Node, int) {
	n, end, _ := c.node(y)
	maps := []*Node{n}
	if n.Kind == ListNode {
		maps = n.Items
	}
	for _, m := range maps {
		if m.Kind != MapNode {
			if m.Kind != NullNode || m.Tag == "!!null" {
				c.problems = append(c.problems, Problem{Kind: MergeProblem, At: m.Span, Message: "<< takes a map or a list of maps",
					Fix: "write << only before an alias of a map"})
			}
			return nil, end
		}
		if y.Kind != yaml.AliasNode && !c.spend(len(m.Pairs), m.Span) {
			return nil, end
		}
	}
	return maps, end
}

func isMerge(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "<<" && (y.Tag == "" || y.Tag == "!" || y.ShortTag() == "!!merge")
}

func keyName(n *Node) (string, bool) {
	switch n.Kind {
	case ScalarNode:
		return n.Text.S, true
	case NullNode:
		return n.Span.Text(), true
	}
	return "", false
}

// flowEnd returns the offset behind the bracket that closes a flow list or map; for a block one, end.
func (c *composer) flowEnd(y *yaml.Node, start, end int) int {
	if y.Style&yaml.FlowStyle == 0 || start >= len(c.f.Data) {
		return end
	}
	closing := byte('}')
	if y.Kind == yaml.SequenceNode {
		closing = ']'
	}
	if end == start {
		end++ // the opening bracket
	}
	for i := end; i < len(c.f.Data); i++ {
		switch b := c.f.Data[i]; {
		case b == closing:
			return i + 1
		case b == '#' && isBlankOrBreak(c.f.Data, i-1):
			for i < len(c.f.Data) && breakLen(c.f.Data, i) == 0 {
				i++
			}
		case b == ',' || b == ':' || b == '?' || isBlankOrBreak(c.f.Data, i):
		default:
			return end
		}
	}
	return end
}

func isBlankOrBreak(data []byte, i int) bool {
	return i >= 0 && i < len(data) && (isBlank(data[i]) || breakLen(data, i) > 0 || data[i] == '\n')
}

// skipProperties goes past a tag and the anchor of the name given, and the blanks, comments and line breaks behind them. An
// anchor ends where its name does: in "&a:b" the value is ":b".
func (c *composer) skipProperties(pos int, anchor string) int {
	data := c.f.Data
	for pos < len(data) && (data[pos] == '!' || data[pos] == '&') {
		next := pos + 1
		if data[pos] == '&' {
			next = min(next+len(anchor), len(data))
		}
		for data[pos] == '!' && next < len(data) && !isBlankOrBreak(data, next) {
			next++
		}
		after := next
		for after < len(data) {
			if n := breakLen(data, after); n > 0 {
				after += n
			} else if isBlank(data[after]) {
				after++
			} else if data[after] == '#' {
				for after < len(data) && breakLen(data, after) == 0 {
					after++
				}
			} else {
				break
			}
		}
		pos = after
	}
	return pos
}
