package kernel

import (
	"math/rand/v2"
	"testing"
)

// benchEdges is a graph shaped like identities: components of a few ids, some of hundreds. The dense ends are node
// numbers, the hashed ends stand for hashes of ids.
func benchEdges(edges int) (dense [2][]uint32, hashed [2][]int64, nodes int) {
	rng := rand.New(rand.NewPCG(11, 12))
	nodes = edges / 2 * 3 / 2
	perm := rng.Perm(nodes)
	for range edges {
		a := rng.IntN(nodes)
		b := max(0, a-1-rng.IntN(4))
		if a%5 == 0 {
			b = a // most chains of neighbours are cut, so that components stay small
		}
		for s, v := range []int{a, b} {
			id := uint32(perm[v])
			dense[s] = append(dense[s], id)
			hashed[s] = append(hashed[s], int64(uint64(id+1)*0x9E3779B97F4A7C15))
		}
	}
	return dense, hashed, nodes
}

const benchSize = 10_000_000

// BenchmarkDense is the yardstick: a bare union-find over node numbers, which no algorithm on keys can beat.
func BenchmarkDense(b *testing.B) {
	dense, _, nodes := benchEdges(benchSize)
	for b.Loop() {
		parent := make([]uint32, nodes)
		for i := range parent {
			parent[i] = uint32(i)
		}
		find := func(x uint32) uint32 {
			for parent[x] != x {
				parent[x] = parent[parent[x]]
				x = parent[x]
			}
			return x
		}
		for i, x := range dense[0] {
			x, y := find(x), find(dense[1][i])
			if x < y {
				parent[y] = x
			} else {
				parent[x] = y
			}
		}
		for i := range parent {
			parent[i] = find(uint32(i))
		}
	}
}

func BenchmarkComponents(b *testing.B) {
	_, hashed, _ := benchEdges(benchSize)
	for b.Loop() {
		c := NewComponents(Options{})
		for at := 0; at < benchSize; at += 2048 {
			end := min(at+2048, benchSize)
			if err := c.Add(Batch{Cols: [][]int64{hashed[0][at:end], hashed[1][at:end]}}); err != nil {
				b.Fatal(err)
			}
		}
		labels, err := c.Labels(AllNodes)
		if err != nil {
			b.Fatal(err)
		}
		for labels.Next().Len() > 0 {
		}
		b.ReportMetric(float64(c.Bytes())/float64(c.Nodes()), "B/node")
	}
}
