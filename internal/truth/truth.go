// Package truth compares two ways to put the same ids into clusters: the one that is known to be true and the one that was
// found. It counts in tables of how many ids each pair of clusters shares, so that its work grows with the ids and not with
// their pairs. It knows no warehouse and prints nothing.
package truth

import (
	"cmp"
	"slices"
)

// ID is one id: the cluster that it truly belongs to and the one that it was found in, by their names.
type ID struct{ Truth, Found string }

// Score are the figures of one measure, each between 0 and 1. F1 is the harmonic mean of the other two.
type Score struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Pairs counts pairs of ids.
type Pairs struct {
	// True are those that belong together, Found those that were put together, Right those of both.
	True  int64 `json:"true"`
	Found int64 `json:"found"`
	Right int64 `json:"right"`
}

// Figures say how good the found clusters are.
type Figures struct {
	IDs int `json:"ids"`
	// Truth and Found are numbers of clusters.
	Truth int `json:"trueClusters"`
	Found int `json:"foundClusters"`
	Pairs `json:"pairs"`
	// Pairwise is over pairs: of those put together, the share that belongs together, and the other way round. Where there
	// are no pairs to be wrong about, the share is 1.
	Pairwise Score `json:"pairwise"`
	// BCubed is the mean over ids: of the ids in the found cluster of an id, itself among them, the share that belongs to it;
	// of those that belong to it, the share that is in its found cluster (Bagga and Baldwin 1998). A large cluster does not
	// outweigh the rest as it does in pairs.
	BCubed Score `json:"bCubed"`
}

// Compare counts and scores. Without ids all scores are 1.
func Compare(ids []ID) Figures {
	truth, found, both := map[string]int64{}, map[string]int64{}, map[ID]int64{}
	for _, id := range ids {
		truth[id.Truth]++
		found[id.Found]++
		both[id]++
	}
	f := Figures{IDs: len(ids), Truth: len(truth), Found: len(found)}
	for _, n := range truth {
		f.True += pairs(n)
	}
	for _, n := range found {
		f.Pairs.Found += pairs(n)
	}
	var precision, recall float64
	for _, c := range cells(both) { // in one order, for sums of fractions depend on it
		n := both[c]
		f.Right += pairs(n)
		precision += float64(n) * float64(n) / float64(found[c.Found])
		recall += float64(n) * float64(n) / float64(truth[c.Truth])
	}
	f.Pairwise = score(share(float64(f.Right), float64(f.Pairs.Found)), share(float64(f.Right), float64(f.True)))
	f.BCubed = score(share(precision, float64(f.IDs)), share(recall, float64(f.IDs)))
	return f
}

func cells(both map[ID]int64) []ID {
	out := make([]ID, 0, len(both))
	for c := range both {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b ID) int {
		return cmp.Or(cmp.Compare(a.Truth, b.Truth), cmp.Compare(a.Found, b.Found))
	})
	return out
}

func pairs(n int64) int64 { return n * (n - 1) / 2 }

func share(part, whole float64) float64 {
	if whole == 0 {
		return 1
	}
	return part / whole
}

func score(precision, recall float64) Score {
	s := Score{Precision: precision, Recall: recall}
	if sum := precision + recall; sum > 0 {
		s.F1 = 2 * precision * recall / sum
	}
	return s
}
