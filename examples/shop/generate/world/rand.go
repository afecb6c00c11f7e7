package world

import "fmt"

// Rand is a small generator of numbers that give the same sequence for the same seed on every machine and with every Go
// release (splitmix64). Everything random in the example comes from it, and all of it is integer arithmetic: a platform
// that fuses a multiplication with an addition would otherwise write other bytes.
type Rand struct{ state uint64 }

// Stream returns a generator of its own for one named part of the world, so that a change to one part leaves the others
// as they were.
func Stream(seed uint64, name string) *Rand {
	h := seed ^ 0xcbf29ce484222325
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	r := &Rand{state: h}
	r.Uint64()
	return r
}

// Uint64 returns the next 64 bits.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Below returns a number in [0, n). n must be positive; the bias of the remainder is below 2^-40 for the sizes used here.
func (r *Rand) Below(n int) int { return int(r.Uint64() % uint64(n)) }

// Between returns a number in [lo, hi].
func (r *Rand) Between(lo, hi int64) int64 { return lo + int64(r.Uint64()%uint64(hi-lo+1)) }

// Permille reports true in p of 1000 cases.
func (r *Rand) Permille(p int) bool { return r.Below(1000) < p }

// Hex returns n hexadecimal digits.
func (r *Rand) Hex(n int) string {
	s := ""
	for len(s) < n {
		s += fmt.Sprintf("%016x", r.Uint64())
	}
	return s[:n]
}

// UUID returns a random identifier in the form of a version 4 UUID.
func (r *Rand) UUID() string {
	h := r.Hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// Digits returns n decimal digits, the first of them not 0.
func (r *Rand) Digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.Below(10))
	}
	if n > 0 && b[0] == '0' {
		b[0] = '4'
	}
	return string(b)
}

// Pick returns one element of xs.
func Pick[T any](r *Rand, xs []T) T { return xs[r.Below(len(xs))] }

// Weighted returns an index of weights, each as likely as its weight.
func (r *Rand) Weighted(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := r.Below(total)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
