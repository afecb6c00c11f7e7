package graphpage

import (
	"math"
	"slices"
)

// point is a place in the picture.
type point struct{ x, y float64 }

// body is a circle to be placed, with the width of what is written at it.
type body struct {
	point
	r float64
}

// spring joins two bodies.
type spring struct{ a, b int }

// The length of a spring between two small bodies: long where there are few, so that labels find room.
const shortest, longest = 58.0, 120.0

func unitOf(n int) float64 { return max(shortest, min(longest, shortest*math.Sqrt(70/float64(n)))) }

const (
	rounds   = 220
	clearing = 60
	gap      = 9.0
	// wider is how much a picture is drawn out to the side, for labels lie across.
	wider = 1.25
)

// place puts bodies where the distances between them are as near as can be to the lengths of the ways between them (stress
// majorisation), the longer side across, and moves those apart that lie on one another. It is a function of its arguments: it
// begins with a circle in the order of a walk along the springs.
func place(bodies []body, springs []spring) {
	n := len(bodies)
	if n < 2 {
		return
	}
	dist := ways(bodies, springs)
	for k, v := range walk(n, springs) {
		angle := 2 * math.Pi * float64(k) / float64(n)
		r := unitOf(n) * math.Sqrt(float64(n))
		bodies[v].point = point{r * math.Cos(angle), r * math.Sin(angle)}
	}
	next := make([]point, n)
	for range rounds {
		for i := range bodies {
			var x, y, sum float64
			for j := range bodies {
				if i == j {
					continue
				}
				d := dist[i][j]
				w := 1 / (d * d)
				dx, dy := bodies[i].x-bodies[j].x, bodies[i].y-bodies[j].y
				far := math.Hypot(dx, dy)
				if far < 1e-9 {
					dx, dy, far = float64(i-j), 1, math.Hypot(float64(i-j), 1)
				}
				x += w * (bodies[j].x + d*dx/far)
				y += w * (bodies[j].y + d*dy/far)
				sum += w
			}
			next[i] = point{x / sum, y / sum}
		}
		for i := range bodies {
			bodies[i].point = next[i]
		}
	}
	level(bodies)
	clear(bodies)
}

// walk is the order of nodes along springs, one component after the other, depth first.
func walk(n int, springs []spring) []int {
	near := neighbours(n, springs)
	seen := make([]bool, n)
	var out []int
	for root := range n {
		stack := []int{root}
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[v] {
				continue
			}
			seen[v] = true
			out = append(out, v)
			for i := len(near[v]) - 1; i >= 0; i-- {
				stack = append(stack, near[v][i])
			}
		}
	}
	return out
}

func neighbours(n int, springs []spring) [][]int {
	near := make([][]int, n)
	for _, s := range springs {
		near[s.a], near[s.b] = append(near[s.a], s.b), append(near[s.b], s.a)
	}
	for i := range near {
		slices.Sort(near[i])
		near[i] = slices.Compact(near[i])
	}
	return near
}

// ways are the lengths of the shortest ways between all bodies. A spring is the longer the more neighbours its ends have that they do
// not share, so that what hangs on a body with many finds room. Bodies without a way are a little farther apart than the farthest.
func ways(bodies []body, springs []spring) [][]float64 {
	n := len(bodies)
	unit, near := unitOf(n), neighbours(n, springs)
	length := func(a, b int) float64 {
		shared := 0
		for _, v := range near[a] {
			if _, ok := slices.BinarySearch(near[b], v); ok {
				shared++
			}
		}
		own := float64(len(near[a])+len(near[b])) - 2*float64(shared)
		return unit*max(1, 0.36*math.Sqrt(own)) + bodies[a].r + bodies[b].r - 14
	}
	dist := make([][]float64, n)
	for i := range dist {
		dist[i] = slices.Repeat([]float64{math.Inf(1)}, n)
		dist[i][i] = 0
	}
	for a := range near {
		for _, b := range near[a] {
			dist[a][b] = length(a, b)
		}
	}
	for k := range n {
		for i := range n {
			via := dist[i][k]
			if math.IsInf(via, 1) {
				continue
			}
			for j := range n {
				if d := via + dist[k][j]; d < dist[i][j] {
					dist[i][j] = d
				}
			}
		}
	}
	farthest := unit
	for i := range dist {
		for _, d := range dist[i] {
			if !math.IsInf(d, 1) {
				farthest = max(farthest, d)
			}
		}
	}
	for i := range dist {
		for j, d := range dist[i] {
			if math.IsInf(d, 1) {
				dist[i][j] = farthest + unit
			}
		}
	}
	return dist
}

// level turns the picture so that it is as wide as can be.
func level(bodies []body) {
	var cx, cy float64
	for _, b := range bodies {
		cx, cy = cx+b.x/float64(len(bodies)), cy+b.y/float64(len(bodies))
	}
	var xx, xy, yy float64
	for _, b := range bodies {
		dx, dy := b.x-cx, b.y-cy
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	angle := -0.5 * math.Atan2(2*xy, xx-yy)
	sin, cos := math.Sincos(angle)
	for i, b := range bodies {
		dx, dy := b.x-cx, b.y-cy
		bodies[i].point = point{wider * (dx*cos - dy*sin), dx*sin + dy*cos}
	}
}

// clear moves bodies apart that lie on one another.
func clear(bodies []body) {
	for range clearing {
		moved := false
		for i := range bodies {
			for j := i + 1; j < len(bodies); j++ {
				a, b := &bodies[i], &bodies[j]
				dx, dy := b.x-a.x, b.y-a.y
				far, want := math.Hypot(dx, dy), a.r+b.r+gap
				if far >= want {
					continue
				}
				if far < 1e-6 {
					dx, dy, far = 1, float64(j-i)/float64(len(bodies)), 1
				}
				push := (want - far) / 2 / far
				a.x, a.y, b.x, b.y = a.x-dx*push, a.y-dy*push, b.x+dx*push, b.y+dy*push
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}
