package truth

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// of makes ids of words like "aX": true cluster a, found in X.
func of(words ...string) []ID {
	var out []ID
	for _, w := range words {
		out = append(out, ID{Truth: w[:1], Found: w[1:]})
	}
	return out
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name             string
		ids              []ID
		pairs            Pairs
		pairwise, bcubed Score
	}{
		{"nothing", nil, Pairs{}, Score{1, 1, 1}, Score{1, 1, 1}},
		{"all right", of("aX", "aX", "bY"), Pairs{1, 1, 1}, Score{1, 1, 1}, Score{1, 1, 1}},
		{"nothing joined", of("aX", "aY"), Pairs{1, 0, 0}, Score{1, 0, 0}, Score{1, 0.5, 2. / 3}},
		{"all joined", of("aX", "bX"), Pairs{0, 1, 0}, Score{0, 1, 0}, Score{0.5, 1, 2. / 3}},
		// Found X = a a b, Y = b: one right pair of three found and of two true.
		// B-cubed precision (2/3 + 2/3 + 1/3 + 1) / 4 = 2/3, recall (1 + 1 + 1/2 + 1/2) / 4 = 3/4.
		{"one in the wrong place", of("aX", "aX", "bX", "bY"), Pairs{2, 3, 1}, Score{1. / 3, 0.5, 0.4}, Score{2. / 3, 0.75, 12. / 17}},
	} {
		f := Compare(c.ids)
		if f.IDs != len(c.ids) || f.Pairs != c.pairs || !near(f.Pairwise, c.pairwise) || !near(f.BCubed, c.bcubed) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func near(a, b Score) bool {
	const e = 1e-12
	return math.Abs(a.Precision-b.Precision) < e && math.Abs(a.Recall-b.Recall) < e && math.Abs(a.F1-b.F1) < e
}

// naive looks at every pair and every id.
func naive(ids []ID) Figures {
	f := Figures{IDs: len(ids)}
	truth, found := map[string]bool{}, map[string]bool{}
	var precision, recall float64
	for i, a := range ids {
		truth[a.Truth], found[a.Found] = true, true
		var sameTruth, sameFound, same float64
		for j, b := range ids {
			if a.Truth == b.Truth {
				sameTruth++
			}
			if a.Found == b.Found {
				sameFound++
			}
			if a == b {
				same++
			}
			if j <= i {
				continue
			}
			if a.Truth == b.Truth {
				f.True++
			}
			if a.Found == b.Found {
				f.Pairs.Found++
			}
			if a == b {
				f.Right++
			}
		}
		precision += same / sameFound
		recall += same / sameTruth
	}
	f.Truth, f.Found = len(truth), len(found)
	over := func(a, b float64) float64 {
		if b == 0 {
			return 1
		}
		return a / b
	}
	f1 := func(p, r float64) Score {
		if p+r == 0 {
			return Score{}
		}
		return Score{p, r, 2 * p * r / (p + r)}
	}
	f.Pairwise = f1(over(float64(f.Right), float64(f.Pairs.Found)), over(float64(f.Right), float64(f.True)))
	f.BCubed = f1(over(precision, float64(len(ids))), over(recall, float64(len(ids))))
	return f
}

func drawn() *rapid.Generator[[]ID] {
	name := rapid.IntRange(0, 6)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ID {
		return ID{fmt.Sprint("t", name.Draw(t, "truth")), fmt.Sprint("f", name.Draw(t, "found"))}
	}), 0, 40)
}

func TestCompareLikeNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := drawn().Draw(t, "ids")
		got, want := Compare(ids), naive(ids)
		if !near(got.Pairwise, want.Pairwise) || !near(got.BCubed, want.BCubed) {
			t.Fatalf("scores: %+v, want %+v", got, want)
		}
		got.Pairwise, got.BCubed, want.Pairwise, want.BCubed = Score{}, Score{}, Score{}, Score{}
		if got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// TestWorst holds that the wrong pairs of all merges and the missed ones of all splits are those that the figures count, that
// parts are whole, and that the worst come first.
func TestWorst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := drawn().Draw(t, "ids")
		f := Compare(ids)
		for _, k := range []struct {
			list []Mixed
			want int64
			is   func(id ID, m Mixed, p Part) bool
		}{
			{Merges(ids, len(ids)), f.Pairs.Found - f.Right, func(id ID, m Mixed, p Part) bool { return id == ID{p.Name, m.Name} }},
			{Splits(ids, len(ids)), f.True - f.Right, func(id ID, m Mixed, p Part) bool { return id == ID{m.Name, p.Name} }},
		} {
			var sum, last int64 = 0, math.MaxInt64
			for _, m := range k.list {
				if m.Pairs > last || len(m.Parts) < 2 {
					t.Fatalf("%+v after one of %d pairs", m, last)
				}
				sum, last = sum+m.Pairs, m.Pairs
				for _, p := range m.Parts {
					n := 0
					for i, id := range ids {
						if k.is(id, m, p) {
							if n >= len(p.IDs) || p.IDs[n] != i {
								t.Fatalf("%+v lacks id %d", p, i)
							}
							n++
						}
					}
					if n != len(p.IDs) {
						t.Fatalf("%+v has too many ids", p)
					}
				}
			}
			if sum != k.want {
				t.Fatalf("%d pairs, want %d", sum, k.want)
			}
		}
	})
}

func TestMostAreKept(t *testing.T) {
	ids := of("aX", "bX", "cY", "dY", "dY", "eZ")
	if got := Merges(ids, 1); len(got) != 1 || got[0].Name != "Y" || got[0].Pairs != 2 || got[0].Parts[0].Name != "d" {
		t.Errorf("%+v", got)
	}
	if got := Splits(ids, 3); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
