package view

import (
	"cmp"
	"slices"
	"sort"
)

// Picture is a directed graph without circles, to be drawn in layers from left to right. Edges lead from a node of a lower layer
// to one of a higher.
type Picture struct {
	Title string
	Nodes []PictureNode
	Edges [][2]int // indexes of Nodes
}

// PictureNode is a box.
type PictureNode struct {
	// Label is its text, Note a second line or "", Hint what a pointer over it shows.
	Label, Note, Hint string
	// Strong boxes have a thicker frame.
	Strong bool
	// Kind chooses its colour; see pictureKinds.
	Kind string
}

// Sizes in pixels.
const (
	boxHeight    = 26
	boxNote      = 14 // more for a second line
	boxGap       = 12
	laneHeight   = 4 // of an edge that passes through a layer
	layerGap     = 56
	charWidth    = 6.7 // of the font at its size
	boxPadding   = 10
	margin       = 24
	headerHeight = 34
)

// spot is a place in a layer: a box, or a lane in which an edge passes on to a further layer.
type spot struct {
	node          int // -1 for a lane
	layer         int
	x, y, w, h    float64
	before, after []*spot
	pos           int
}

// layout is a picture with places.
type layout struct {
	*Picture
	layers [][]*spot
	boxes  []*spot // by node
	// paths are the spots of every edge, from its first box to its last.
	paths         [][]*spot
	width, height float64
}

// place puts the nodes in layers, orders the layers so that few edges cross, and gives everything a position.
func (p *Picture) place() *layout {
	l := &layout{Picture: p, boxes: make([]*spot, len(p.Nodes))}
	level := p.levels()
	top := 0
	for _, n := range level {
		top = max(top, n)
	}
	l.layers = make([][]*spot, top+1)
	for i := range p.Nodes {
		l.boxes[i] = l.add(i, level[i])
	}
	for _, e := range p.Edges {
		path := []*spot{l.boxes[e[0]]}
		for at := level[e[0]] + 1; at < level[e[1]]; at++ {
			path = append(path, l.add(-1, at))
		}
		path = append(path, l.boxes[e[1]])
		for i := range path[1:] {
			path[i].after = append(path[i].after, path[i+1])
			path[i+1].before = append(path[i+1].before, path[i])
		}
		l.paths = append(l.paths, path)
	}
	l.order()
	l.sizes()
	l.settle()
	return l
}

func (l *layout) add(node, layer int) *spot {
	s := &spot{node: node, layer: layer, h: laneHeight, pos: len(l.layers[layer])}
	l.layers[layer] = append(l.layers[layer], s)
	return s
}

// levels are the layers of the nodes: one more than that of the last node before, and as far to the right as what comes
// after allows for those with nothing before.
func (p *Picture) levels() []int {
	level := make([]int, len(p.Nodes))
	for range p.Nodes { // settles at the latest after as many rounds as there are nodes
		moved := false
		for _, e := range p.Edges {
			if level[e[1]] <= level[e[0]] {
				level[e[1]], moved = level[e[0]]+1, true
			}
		}
		if !moved {
			break
		}
	}
	first := make([]int, len(p.Nodes))
	root := make([]bool, len(p.Nodes))
	for i := range first {
		first[i], root[i] = -1, true
	}
	for _, e := range p.Edges {
		root[e[1]] = false
		if first[e[0]] < 0 || level[e[1]] < first[e[0]] {
			first[e[0]] = level[e[1]]
		}
	}
	for i := range level {
		if root[i] && first[i] > 0 {
			level[i] = first[i] - 1
		}
	}
	return level
}

// sweeps is how often the layers are gone over, there and back.
const sweeps = 12

// order sorts every layer by where its neighbours stand, and keeps the order with the fewest crossings.
func (l *layout) order() {
	best, least := l.snapshot(), l.crossings()
	for i := range sweeps {
		if i%2 == 0 {
			for _, layer := range l.layers {
				sortBy(layer, func(s *spot) []*spot { return s.before })
			}
		} else {
			for _, layer := range slices.Backward(l.layers) {
				sortBy(layer, func(s *spot) []*spot { return s.after })
			}
		}
		if n := l.crossings(); n < least {
			best, least = l.snapshot(), n
		}
	}
	for i, layer := range best {
		l.layers[i] = layer
		number(layer)
	}
}

func (l *layout) snapshot() [][]*spot {
	var out [][]*spot
	for _, layer := range l.layers {
		out = append(out, slices.Clone(layer))
	}
	return out
}

func number(layer []*spot) {
	for i, s := range layer {
		s.pos = i
	}
}

// sortBy sorts a layer by the middle of its neighbours. Spots without any keep their places.
func sortBy(layer []*spot, neighbours func(*spot) []*spot) {
	middle := map[*spot]float64{}
	for _, s := range layer {
		middle[s] = float64(s.pos)
		if near := neighbours(s); len(near) > 0 {
			sum := 0
			for _, n := range near {
				sum += n.pos
			}
			middle[s] = float64(sum) / float64(len(near))
		}
	}
	slices.SortStableFunc(layer, func(a, b *spot) int { return cmp.Compare(middle[a], middle[b]) })
	number(layer)
}

// crossings counts the pairs of edges between neighbouring layers that cross.
func (l *layout) crossings() int {
	n := 0
	for _, layer := range l.layers {
		var ends []int // positions in the next layer, in the order of this one
		for _, s := range layer {
			from := len(ends)
			for _, t := range s.after {
				ends = append(ends, t.pos)
			}
			sort.Ints(ends[from:])
		}
		n += inversions(ends)
	}
	return n
}

// inversions counts the pairs that stand in the wrong order, and sorts.
func inversions(xs []int) int {
	if len(xs) < 2 {
		return 0
	}
	mid := len(xs) / 2
	a, b := slices.Clone(xs[:mid]), slices.Clone(xs[mid:])
	n := inversions(a) + inversions(b)
	for i, j, k := 0, 0, 0; k < len(xs); k++ {
		if j == len(b) || i < len(a) && a[i] <= b[j] {
			xs[k] = a[i]
			i++
		} else {
			xs[k] = b[j]
			j++
			n += len(a) - i
		}
	}
	return n
}

// sizes gives boxes their sizes and layers their columns.
func (l *layout) sizes() {
	x := float64(margin)
	for _, layer := range l.layers {
		width := 0.0
		for _, s := range layer {
			if s.node >= 0 {
				n := l.Nodes[s.node]
				s.w = float64(max(len([]rune(n.Label)), len([]rune(n.Note))))*charWidth + 2*boxPadding
				s.h = boxHeight
				if n.Note != "" {
					s.h += boxNote
				}
				width = max(width, s.w)
			}
		}
		for _, s := range layer {
			s.x = x
			if s.node < 0 {
				s.w = width
			}
		}
		x += width + layerGap
	}
	l.width = x - layerGap + margin
}

// settle stacks every layer, then moves spots towards their neighbours as far as the order allows.
func (l *layout) settle() {
	for _, layer := range l.layers {
		y := 0.0
		for _, s := range layer {
			s.y = y
			y += s.h + boxGap
		}
	}
	for i := range 2 * sweeps {
		for k := range l.layers {
			layer := l.layers[k]
			if i%2 == 1 {
				layer = l.layers[len(l.layers)-1-k]
			}
			pull(layer)
		}
	}
	low, high := 0.0, 0.0
	for _, layer := range l.layers {
		for _, s := range layer {
			low, high = min(low, s.y), max(high, s.y+s.h)
		}
	}
	for _, layer := range l.layers {
		for _, s := range layer {
			s.y += margin + headerHeight - low
		}
	}
	l.height = high - low + 2*margin + headerHeight
}

// pull moves each spot of a layer to the middle of its neighbours, and out of the way of the spots before and behind it: once
// from the top and once from the bottom, taking the mean.
func pull(layer []*spot) {
	wish := make([]float64, len(layer))
	for i, s := range layer {
		wish[i] = s.y
		sum, n := 0.0, 0
		for _, near := range [][]*spot{s.before, s.after} {
			for _, o := range near {
				sum += o.y + o.h/2 - s.h/2
				n++
			}
		}
		if n > 0 {
			wish[i] = sum / float64(n)
		}
	}
	down, up := slices.Clone(wish), slices.Clone(wish)
	for i := 1; i < len(layer); i++ {
		down[i] = max(down[i], down[i-1]+layer[i-1].h+boxGap)
	}
	for i := len(layer) - 2; i >= 0; i-- {
		up[i] = min(up[i], up[i+1]-layer[i].h-boxGap)
	}
	for i, s := range layer {
		s.y = (down[i] + up[i]) / 2
	}
}
