package audit

// Hidden stands where the value of an id stood.
const Hidden = "…"

// Mask takes the values of ids out. Main ids stay: they are made by kith, and tell what a cluster is in every other command.
func (a *Audit) Mask() {
	a.Masked = true
	for _, clusters := range [][]*Cluster{a.Largest, a.Longest, a.Seeds} {
		for _, c := range clusters {
			for _, ids := range [][]Bridge{c.Bridges, c.Hubs} {
				for i := range ids {
					ids[i].ID.Value = Hidden
				}
			}
		}
	}
	for _, s := range a.Suspects {
		s.ID.Value = Hidden
		s.Cure = cureOf(s.ID)
	}
}
