package truth

import (
	"cmp"
	"slices"
)

// Mixed is a cluster of one kind whose ids are in several of the other: a found cluster that holds ids of several true ones is
// a false merge, a true cluster whose ids are in several found ones is a false split.
type Mixed struct {
	Name string
	// Pairs are the pairs of its ids that are not together in the other kind: wrongly joined, or missed.
	Pairs int64
	// Parts are its ids by the other kind's clusters, the largest first.
	Parts []Part
}

// Part is what a Mixed shares with one cluster of the other kind.
type Part struct {
	Name string
	// IDs are indexes into what was compared, ascending.
	IDs []int
}

// Merges are the found clusters that hold ids of several true ones, those with most wrong pairs first. At most most of them.
func Merges(ids []ID, most int) []Mixed {
	return mixed(ids, most, func(id ID) (string, string) { return id.Found, id.Truth })
}

// Splits are the true clusters whose ids are in several found ones, those with most missed pairs first. At most most of them.
func Splits(ids []ID, most int) []Mixed {
	return mixed(ids, most, func(id ID) (string, string) { return id.Truth, id.Found })
}

func mixed(ids []ID, most int, sides func(ID) (of, by string)) []Mixed {
	groups := map[string]map[string][]int{}
	for i, id := range ids {
		of, by := sides(id)
		if groups[of] == nil {
			groups[of] = map[string][]int{}
		}
		groups[of][by] = append(groups[of][by], i)
	}
	var out []Mixed
	for name, parts := range groups {
		if len(parts) < 2 {
			continue
		}
		m := Mixed{Name: name}
		var all, right int64
		for by, in := range parts {
			m.Parts = append(m.Parts, Part{by, in})
			all += int64(len(in))
			right += pairs(int64(len(in)))
		}
		m.Pairs = pairs(all) - right
		slices.SortFunc(m.Parts, func(a, b Part) int {
			return cmp.Or(cmp.Compare(len(b.IDs), len(a.IDs)), cmp.Compare(a.Name, b.Name))
		})
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Mixed) int {
		return cmp.Or(cmp.Compare(b.Pairs, a.Pairs), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(most, len(out))]
}
