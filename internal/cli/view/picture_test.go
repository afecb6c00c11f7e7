package view

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// graphs are pictures whose edges lead from a node to a later one.
var graphs = rapid.Custom(func(t *rapid.T) *Picture {
	p := &Picture{Title: "a <graph> & more"}
	n := rapid.IntRange(1, 30).Draw(t, "nodes")
	for i := range n {
		x := PictureNode{Label: fmt.Sprintf("node %d", i), Hint: "<&>", Kind: rapid.SampledFrom([]string{"input", "view", "?"}).Draw(t, "kind")}
		if rapid.Bool().Draw(t, "note") {
			x.Note = "a note"
		}
		p.Nodes = append(p.Nodes, x)
		for j := range i {
			if rapid.IntRange(0, 5).Draw(t, "edge") == 0 {
				p.Edges = append(p.Edges, [2]int{j, i})
			}
		}
	}
	return p
})

// TestPictureIsReadable holds that boxes of a layer do not touch, layers lie beside each other, edges lead to the right, and
// all of it is inside of the picture.
func TestPictureIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := graphs.Draw(t, "picture")
		l := p.place()
		for _, layer := range l.layers {
			for i, s := range layer {
				if s.x < 0 || s.y < headerHeight || s.x+s.w > l.width || s.y+s.h > l.height {
					t.Fatalf("%+v is outside of %v x %v", s, l.width, l.height)
				}
				if i > 0 && layer[i-1].y+layer[i-1].h > s.y {
					t.Fatalf("%+v touches %+v", layer[i-1], s)
				}
			}
		}
		for i, e := range p.Edges {
			a, b := l.boxes[e[0]], l.boxes[e[1]]
			if a.x+a.w >= b.x {
				t.Fatalf("edge %d does not lead to the right", i)
			}
			if path := l.paths[i]; path[0] != a || path[len(path)-1] != b || len(path) != b.layer-a.layer+1 {
				t.Fatalf("edge %d has %d spots from layer %d to %d", i, len(path), a.layer, b.layer)
			}
		}
		var one, two bytes.Buffer
		if p.SVG(&one) != nil || p.SVG(&two) != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Fatal("the same picture is drawn in two ways")
		}
		for d := xml.NewDecoder(&one); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestInversions compares with counting all pairs.
func TestInversions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 30).Draw(t, "xs")
		want := 0
		for i := range xs {
			for j := range i {
				if xs[j] > xs[i] {
					want++
				}
			}
		}
		if got := inversions(slices.Clone(xs)); got != want {
			t.Fatalf("%v: %d, want %d", xs, got, want)
		}
	})
}

// TestCrossingsAreAvoided draws two chains that would cross in the order they are given.
func TestCrossingsAreAvoided(t *testing.T) {
	p := &Picture{Nodes: make([]PictureNode, 6), Edges: [][2]int{{0, 3}, {1, 2}, {2, 5}, {3, 4}}}
	if n := p.place().crossings(); n != 0 {
		t.Errorf("%d crossings", n)
	}
}
