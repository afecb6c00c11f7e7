package source

// NodeKind is the kind of a YAML node.
type NodeKind int

// The kinds of nodes. Aliases are followed and merge keys expanded before anyone sees a Node.
const (
	NullNode NodeKind = iota
	ScalarNode
	MapNode
	ListNode
)

// Node is a YAML value with its place: what a decoder of specs works on.
type Node struct {
	Kind NodeKind
	Span Span
	// Tag is the resolved YAML tag of a scalar: "!!str", "!!int", "!!float", "!!bool", "!!timestamp".
	Tag string
	// Text is the value of a scalar, each byte with its place.
	Text Text
	// Plain is set for a scalar written without quotes and not as a block.
	Plain bool
	// Items are the items of a list.
	Items []*Node
	// Pairs are the pairs of a map in written order, merged pairs last; keys are unique.
	Pairs []Pair
}

// Pair is a key and a value of a map.
type Pair struct {
	Key   At[string]
	Value *Node
}

// Get returns the value of a key, nil when it is absent.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Value == key {
			return p.Value
		}
	}
	return nil
}
