package main

import (
	"context"
	"encoding/binary"
	"math/big"
	"math/bits"
	"os"
	"path/filepath"
	"time"
)

// interned gives each distinct id a number, from 0 in the order of their coming: an open-addressing table that doubles when
// it is half full.
type interned struct {
	slots []slot
	shift int
	n     int
}

type slot struct {
	id     int64
	number int32 // plus one; 0 is free
}

func (t *interned) number(id int64) int32 {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	at := t.find(t.slots, id)
	if t.slots[at].number == 0 {
		t.n++
		t.slots[at] = slot{id, int32(t.n)}
	}
	return t.slots[at].number - 1
}

func (t *interned) find(slots []slot, id int64) uint64 {
	at := uint64(id) * 0x9E3779B97F4A7C15 >> t.shift
	for slots[at].number != 0 && slots[at].id != id {
		at = (at + 1) & uint64(len(slots)-1)
	}
	return at
}

func (t *interned) grow() {
	old := t.slots
	t.slots = make([]slot, max(1024, 2*len(old)))
	t.shift = 64 - bits.Len(uint(len(t.slots)-1))
	for _, s := range old {
		if s.number != 0 {
			t.slots[t.find(t.slots, s.id)] = s
		}
	}
}

// solveEdges finds the components of edges between any integers: ids are numbered as they come, and the numbers joined. The
// result is pairs of an id and the least id of its component.
func solveEdges(edges [][2]int64) [][2]int64 {
	var t interned
	var parent []int32
	var ids []int64
	number := func(id int64) int32 {
		x := t.number(id)
		if int(x) == len(parent) {
			parent, ids = append(parent, x), append(ids, id)
		}
		return x
	}
	find := func(x int32) int32 {
		for parent[x] != x {
			parent[x] = parent[parent[x]]
			x = parent[x]
		}
		return x
	}
	for _, e := range edges {
		a, b := find(number(e[0])), find(number(e[1]))
		if ids[a] < ids[b] {
			parent[b] = a
		} else {
			parent[a] = b
		}
	}
	out := make([][2]int64, len(ids))
	for i := range ids {
		out[i] = [2]int64{ids[i], ids[find(int32(i))]}
	}
	return out
}

// united is what a solver of edges answers.
type united struct {
	// Seconds and CPU are of each repetition; Dense are the seconds when ids are numbered from 0 already.
	Seconds []float64 `json:"seconds"`
	CPU     []float64 `json:"cpu_seconds"`
	Dense   []float64 `json:"dense_seconds,omitempty"`
	Rounds  int       `json:"rounds,omitempty"`
	// Joined is the number of ids that are not the least of their component, Labels the sum of the least ids of those: two
	// solvers that agree in both agree.
	Joined int64  `json:"joined"`
	Labels string `json:"labels"`
}

// unionFind measures solveEdges on edges that are in memory already.
func unionFind(_ context.Context, s settings) (any, error) {
	edges, err := readEdges(filepath.Join(s.dir, edgesBinary))
	if err != nil {
		return nil, err
	}
	var out united
	for i := range s.times {
		var labels [][2]int64
		c, _ := measure(func() error { labels = solveEdges(edges); return nil })
		out.Seconds, out.CPU = append(out.Seconds, c.Seconds), append(out.CPU, c.CPU)
		if i == 0 {
			out.sum(labels)
		}
	}
	var t interned
	rows := make([]int32, 0, 3*len(edges))
	for _, e := range edges {
		rows = append(rows, t.number(e[0]), t.number(e[1]), -1)
	}
	for range s.times {
		began := time.Now()
		components(rows, t.n)
		out.Dense = append(out.Dense, time.Since(began).Seconds())
	}
	return out, nil
}

func (u *united) sum(labels [][2]int64) {
	sum := new(big.Int)
	for _, l := range labels {
		if l[0] != l[1] {
			u.Joined++
			sum.Add(sum, big.NewInt(l[1]))
		}
	}
	u.Labels = sum.String()
}

func readEdges(path string) ([][2]int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := make([][2]int64, len(b)/16)
	for i := range out {
		out[i] = [2]int64{int64(binary.LittleEndian.Uint64(b[16*i:])), int64(binary.LittleEndian.Uint64(b[16*i+8:]))}
	}
	return out, nil
}
