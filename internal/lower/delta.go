package lower

import "kith/internal/rel"

// Columns of id_clusters_delta (modelling.md section 12.6).
const (
	colOldMain = "old_main_id"
	colNewMain = "new_main_id"
)

// clustersDelta are the main ids of the base that the graph put others in the place of: each under the name of the column of main ids
// and as old_main_id, with new_main_id. Ids that stay and lost members are not among them, nor are those that nobody has any more.
func (g *graph) clustersDelta() rel.Rel {
	id := g.n.Entity.IDColumn
	if g.base == nil || g.asOf() {
		return &rel.Values{Columns: []rel.Column{{Name: id, Type: rel.Text}, {Name: colOldMain, Type: rel.Text}, {Name: colNewMain, Type: rel.Text}}}
	}
	n := &naming{g: g, chain: g.l.part(g.out, ChainSuffix)}
	old, now := sharedText("t", colOldID), sharedText("t", colNewID)
	return &rel.Select{From: table(IDRedirects, "t"), Items: []rel.Item{item(old, id), item(old, colOldMain), item(now, colNewMain)},
		Where: []rel.Expr{rel.Eq(sharedText("t", colMaterial), rel.S(g.out.Name())), rel.Eq(rel.C("t", colN), n.place()),
			&rel.Op{Op: "<>", Args: []rel.Expr{old, now}}}} // NULL for one that nobody has
}
