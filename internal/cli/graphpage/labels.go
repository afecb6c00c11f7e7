package graphpage

import "math"

// box is a rectangle.
type box struct{ x, y, w, h float64 }

func (a box) meets(b box) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

// crossed tells whether a line goes through the rectangle.
func (a box) crossed(p, q point) bool {
	from, to := 0.0, 1.0 // the part of the line that is inside so far
	within := func(at, way, low, size float64) {
		if way == 0 {
			if at < low || at > low+size {
				to = -1
			}
			return
		}
		in, out := (low-at)/way, (low+size-at)/way
		from, to = max(from, min(in, out)), min(to, max(in, out))
	}
	within(p.x, q.x-p.x, a.x, a.w)
	within(p.y, q.y-p.y, a.y, a.h)
	return from < to
}

const (
	letter     = 6.9 // the width of a letter of a label, a bold one mostly
	labelLine  = 14.0
	mostLetter = 24
)

// label is a text beside a body.
type label struct {
	text   string
	x, y   float64
	anchor string // of SVG
}

// lettering finds room for the labels of bodies, the first in order first: to the right, left, below or above, where they cover no body
// and no other label and the fewest springs. A label that finds none is left out: its text is told when the pointer is on the body.
// must is how many of the first get one in any case.
func lettering(bodies []body, springs []spring, order []int, text func(int) string, must int) map[int]label {
	out := map[int]label{}
	var taken []box
	for _, b := range bodies {
		taken = append(taken, box{b.x - b.r, b.y - b.r, 2 * b.r, 2 * b.r})
	}
	free := func(own int, want box) bool {
		for i, t := range taken {
			if i != own && t.meets(want) {
				return false
			}
		}
		return true
	}
	for k, i := range order {
		t := shorten(text(i))
		if t == "" {
			continue
		}
		b, w := bodies[i], letter*float64(len([]rune(t)))
		best, fewest := -1, 0
		places := []struct {
			label
			box
		}{
			{label{t, b.x + b.r + 4, b.y + 4, "start"}, box{b.x + b.r + 3, b.y - labelLine/2, w, labelLine}},
			{label{t, b.x - b.r - 4, b.y + 4, "end"}, box{b.x - b.r - 3 - w, b.y - labelLine/2, w, labelLine}},
			{label{t, b.x, b.y + b.r + 12, "middle"}, box{b.x - w/2, b.y + b.r + 2, w, labelLine}},
			{label{t, b.x, b.y - b.r - 4, "middle"}, box{b.x - w/2, b.y - b.r - 2 - labelLine, w, labelLine}},
		}
		for try, at := range places {
			if !free(i, at.box) {
				continue
			}
			crossed := 0
			for _, s := range springs {
				if at.box.crossed(bodies[s.a].point, bodies[s.b].point) {
					crossed++
				}
			}
			if best < 0 || crossed < fewest {
				best, fewest = try, crossed
			}
		}
		if best < 0 && k < must {
			best = len(places) - 1
		}
		if best >= 0 {
			out[i] = places[best].label
			taken = append(taken, places[best].box)
		}
	}
	return out
}

// shorten keeps both ends of a text that is too long to be written beside a body.
func shorten(s string) string {
	r := []rune(s)
	if len(r) <= mostLetter {
		return s
	}
	head := mostLetter * 2 / 3
	return string(r[:head]) + "…" + string(r[len(r)-(mostLetter-head-1):])
}

// frame is the rectangle around bodies and labels.
func frame(bodies []body, labels map[int]label) box {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, b := range bodies {
		left, right := b.x-b.r, b.x+b.r
		if l, ok := labels[i]; ok {
			w := letter * float64(len([]rune(l.text)))
			from := map[string]float64{"start": l.x, "end": l.x - w, "middle": l.x - w/2}[l.anchor]
			left, right = min(left, from), max(right, from+w)
		}
		x0, x1, y0, y1 = min(x0, left), max(x1, right), min(y0, b.y-b.r-labelLine), max(y1, b.y+b.r+labelLine)
	}
	const margin = 14
	return box{x0 - margin, y0 - margin, x1 - x0 + 2*margin, y1 - y0 + 2*margin}
}
