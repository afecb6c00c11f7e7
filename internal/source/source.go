// Package source is the first room: files as bytes, and places in them.
//
// Every later room speaks of the user's text through a Span, so that a mistake found in a rendered, fused and
// translated statement can still be shown under the character the user typed. Nothing here knows YAML keys or SQL.
package source

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// File is one text file as it was read. It is never changed after NewFile.
type File struct {
	// Path is how people name the file: relative to the project root, with forward slashes.
	Path string
	// Data is the whole content, byte for byte.
	Data  []byte
	lines []int // byte offset of the start of each line
}

// NewFile keeps path and data and finds the line starts. "\n" ends a line; a "\r" before it stays in the line's bytes. A
// byte order mark belongs to no line: editors do not show it.
func NewFile(path string, data []byte) *File {
	f := &File{Path: path, Data: data, lines: []int{0}}
	if bytes.HasPrefix(data, byteOrderMark) {
		f.lines[0] = len(byteOrderMark)
	}
	for i, b := range data {
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// Position turns a byte offset into a line and a column, both counted from 1. The column counts characters (runes), as
// editors do. An offset outside the file is moved to the nearest end.
func (f *File) Position(offset int) (line, col int) {
	offset = min(max(offset, f.lines[0]), len(f.Data))
	i := sort.SearchInts(f.lines, offset+1) - 1
	return i + 1, utf8.RuneCount(f.Data[f.lines[i]:offset]) + 1
}

// LineStart returns the byte offset at which a line (from 1) begins; lines past the end give len(Data).
func (f *File) LineStart(line int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.Data)
	}
	return f.lines[line-1]
}

// Line returns the text of a line (from 1) without its line end.
func (f *File) Line(line int) string {
	start, end := f.LineStart(line), f.LineStart(line+1)
	return strings.TrimRight(string(f.Data[start:end]), "\r\n")
}

// Lines is the number of lines, at least 1.
func (f *File) Lines() int { return len(f.lines) }

// Span is a range of bytes [Start, End) of one file. The zero Span means "no place" (a default, a flag of the command line).
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span names no place.
func (s Span) IsZero() bool { return s.File == nil }

// Position returns the line and column (from 1) of the first byte; 0, 0 for the zero Span.
func (s Span) Position() (line, col int) {
	if s.File == nil {
		return 0, 0
	}
	return s.File.Position(s.Start)
}

// Path is the file's path, or "" for the zero Span.
func (s Span) Path() string {
	if s.File == nil {
		return ""
	}
	return s.File.Path
}

// Text returns the bytes of the span.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return string(s.File.Data[max(s.Start, 0):min(s.End, len(s.File.Data))])
}

// Before orders spans by path, then start, then end: the order in which diagnostics are shown.
func (s Span) Before(o Span) bool {
	if s.Path() != o.Path() {
		return s.Path() < o.Path()
	}
	if s.Start != o.Start {
		return s.Start < o.Start
	}
	return s.End < o.End
}

// At is a value with the place it was written at.
type At[T any] struct {
	Value T
	Span  Span
}

// Of wraps a value that no file wrote.
func Of[T any](v T) At[T] { return At[T]{Value: v} }
