package source

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// maxByteProblems bounds how many bad bytes of one file are reported: a binary file would give thousands.
const maxByteProblems = 10

// checkBytes finds what keeps a file from being YAML text at all: its size, its encoding, control characters.
func checkBytes(f *File) []Problem {
	if len(f.Data) > MaxYAMLSize {
		return []Problem{{Kind: SizeProblem, At: Span{f, 0, 0},
			Message: fmt.Sprintf("the file is larger than %d MB", MaxYAMLSize>>20),
			Fix:     "split it into several files; data belongs in the warehouse, not in YAML"}}
	}
	if bytes.HasPrefix(f.Data, []byte{0xff, 0xfe}) || bytes.HasPrefix(f.Data, []byte{0xfe, 0xff}) {
		return []Problem{{Kind: EncodingProblem, At: Span{f, 0, 2}, Message: "the file is UTF-16", Fix: "save it as UTF-8"}}
	}
	var out []Problem
	for i := 0; i < len(f.Data) && len(out) < maxByteProblems; {
		b := f.Data[i]
		if b >= 0x20 && b < 0x7f || b == '\n' || b == '\t' || b == '\r' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(f.Data[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			out = append(out, Problem{Kind: EncodingProblem, At: Span{f, i, i + 1},
				Message: fmt.Sprintf("byte 0x%02x is not UTF-8", b), Fix: "save the file as UTF-8"})
			// One wrong encoding gives a problem at each letter with an accent: the first is enough.
			return out
		case r == 0xfeff && i == 0:
		case !yamlRune(r):
			out = append(out, Problem{Kind: ControlProblem, At: Span{f, i, i + n},
				Message: fmt.Sprintf("control character U+%04X is not allowed in YAML", r),
				Fix:     "remove it, or write it as an escape in a double-quoted value"})
		}
		i += n
	}
	return out
}

// yamlRune reports whether YAML allows a character to stand in a text unescaped.
func yamlRune(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0x7e, r == 0x85, r >= 0xa0 && r <= 0xd7ff:
		return true
	case r == 0xfeff:
		return false
	}
	return r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// breakLen is the length of the YAML line break at data[i], or 0. Besides CR, LF and CR LF, YAML 1.1 ends lines at NEL,
// LS and PS; positions that the parser gives count those lines, so we must too.
func breakLen(data []byte, i int) int {
	if i >= len(data) {
		return 0
	}
	switch data[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(data) && data[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xc2:
		if i+1 < len(data) && data[i+1] == 0x85 {
			return 2
		}
	case 0xe2:
		if i+2 < len(data) && data[i+1] == 0x80 && (data[i+2] == 0xa8 || data[i+2] == 0xa9) {
			return 3
		}
	}
	return 0
}

// yamlLines returns the offset at which each line begins, as the parser counts lines. A byte order mark is in no line.
func yamlLines(data []byte) []int {
	start := 0
	if bytes.HasPrefix(data, byteOrderMark) {
		start = len(byteOrderMark)
	}
	lines := []int{start}
	for i := start; i < len(data); {
		n := breakLen(data, i)
		if n == 0 {
			i++
			continue
		}
		i += n
		lines = append(lines, i)
	}
	return lines
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }
