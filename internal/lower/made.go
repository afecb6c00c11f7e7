package lower

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"kith/internal/model"
)

// Made is a bundle or a table of finished vars that an earlier run of a seq no made and that is there. Of are the nodes that
// its hash is over, Columns those that a table of finished vars has, with the hashes that they had then.
type Made struct {
	Hash        string
	Of, Columns []model.Need
}

// has reports whether a bundle holds the values of a var as it is defined now.
func (m *Made) has(v *model.EntityVar) bool { return among(m.Of, v) && among(m.Of, v.Cohort) }

// finished reports whether a table of finished vars is about the members of a cohort and has a var, both as they are defined now.
func (m *Made) finished(c *model.Cohort, v *model.EntityVar) bool {
	return among(m.Columns, v) && among(m.Columns, c)
}

func among(list []model.Need, n model.Node) bool {
	return slices.Contains(list, model.Need{Ref: n.Addr().Key(), Hash: n.Base().Hash})
}

// splitBundles reads vars from the bundles that have them: only what none has makes a bundle of its own, a narrow one. So a
// new feature costs a pass for itself and not for all that stand beside it. The next seq no gathers them again.
func (l *lowering) splitBundles() {
	if l.ctx.Have == nil {
		return
	}
	var out []*bundle
	for _, b := range l.bundles {
		out = append(out, l.split(b)...)
	}
	l.bundles = out
}

// split gives the pieces of a bundle, the one that is to be made first. Of two bundles that have a var the one that has more of
// the vars wanted is read, so that few are joined.
func (l *lowering) split(b *bundle) []*bundle {
	made := l.ctx.Have(l.ctx.SeqNo, b.ref(), b.hash())
	if len(made) == 0 {
		return []*bundle{b}
	}
	count := func(m Made) (n int) {
		for _, v := range b.vars {
			if m.has(v) {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(made, func(x, y Made) int { return cmp.Or(cmp.Compare(count(y), count(x)), cmp.Compare(x.Hash, y.Hash)) })
	rest := *b
	rest.vars, rest.digest = nil, ""
	of := map[string]*bundle{}
	var pieces []*bundle
	for _, v := range b.vars {
		to := &rest
		if i := slices.IndexFunc(made, func(m Made) bool { return m.has(v) }); i >= 0 {
			hash := made[i].Hash
			if of[hash] == nil {
				piece := *b
				piece.vars, piece.digest, piece.piece = nil, hash, hash
				of[hash] = &piece
				pieces = append(pieces, &piece)
			}
			to = of[hash]
		}
		to.vars = append(to.vars, v)
		l.bundleOf[v] = to
	}
	if len(rest.vars) > 0 {
		return append([]*bundle{&rest}, pieces...)
	}
	pieces[0].piece = ""
	return pieces
}

// gathered is the hash of what is made of several nodes, in whichever order they come.
func gathered(nodes []model.Node) string {
	h := sha256.New()
	for _, n := range model.NeedsOf(nodes) {
		h.Write([]byte(n.Ref + " " + n.Hash + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// Definition is what the hash of the step is taken over.
func (s *Step) Definition() model.Definition {
	columns := model.NeedsOf(s.Columns)
	if s.Of != nil {
		return model.Definition{Needs: model.NeedsOf(s.Of), Columns: columns}
	}
	b := s.Node.Base()
	return model.Definition{Parts: b.Parts, Needs: model.NeedsOf(b.Needs), Columns: columns}
}

// MadeOf are the nodes that Definition has as needs, those that take part.
func (s *Step) MadeOf() []model.Node {
	if s.Of != nil {
		return s.Of
	}
	return model.TakingPart(s.Node.Base().Needs)
}
