package sqltext

import "strings"

// Volatile reports whether the text reads the clock, chance or a counter, so that it may give another value for the same row in another
// run. A column named like a word of the clock, which is read in place of a column by some engines, counts, too.
func (t *Tree) Volatile() bool {
	found := false
	Walk(t.Nodes, func(n Node) bool {
		switch n := n.(type) {
		case *Call:
			found = found || volatile[n.Name]
		case *Column:
			found = found || len(n.Parts) == 1 && !n.Quoted[0] && strings.Contains(n.Parts[0], "_") && volatile[strings.ToLower(n.Parts[0])]
		case *Verbatim:
			l := newLexed(n.Text)
			for i, tok := range l.toks {
				found = found || tok.kind == tokIdent && volatile[strings.ToLower(l.str(i))]
			}
		}
		return !found
	})
	return found
}
