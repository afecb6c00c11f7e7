package source

// rescanBlock reads a literal (|) or folded (>) block from its indicator. The column that content starts at follows from
// the text unless the header gives it relative to the parent, whose indentation is not known here: then each possible one
// is tried, and the value tells which is right.
func rescanBlock(f *File, start int, literal bool, value string) (Text, int, bool) {
	h, ok := readBlockHeader(f.Data, start)
	if !ok {
		return Text{}, start, false
	}
	for _, indent := range h.indents(f.Data) {
		r := rescan{f: f, data: f.Data}
		end := r.block(h, indent, literal)
		if t := r.b.Text(); t.S == value {
			return t, max(end, h.headerEnd), true
		}
	}
	return Text{}, start, false
}

// blockHeader is what stands behind | or >.
type blockHeader struct {
	chomp     byte // '+', '-' or 0
	increment int  // 0 when not written
	headerEnd int  // offset behind the indicators
	body      int  // offset of the first content line
}

func readBlockHeader(data []byte, i int) (blockHeader, bool) {
	var h blockHeader
	if i >= len(data) || data[i] != '|' && data[i] != '>' {
		return h, false
	}
	for i++; i < len(data); i++ {
		switch b := data[i]; {
		case (b == '+' || b == '-') && h.chomp == 0:
			h.chomp = b
			continue
		case b >= '1' && b <= '9' && h.increment == 0:
			h.increment = int(b - '0')
			continue
		}
		break
	}
	h.headerEnd = i
	for i < len(data) && breakLen(data, i) == 0 {
		i++ // blanks and a comment
	}
	h.body = i + breakLen(data, i)
	return h, true
}

// indents lists the columns (from 0) at which content may start, likeliest first.
func (h blockHeader) indents(data []byte) []int {
	if h.increment > 0 {
		first, _ := leadingSpaces(data, h.body)
		out := []int{h.increment}
		for parent := 1; parent+h.increment <= first+1; parent++ {
			out = append(out, parent+h.increment)
		}
		return out
	}
	// The widest of the leading lines up to the first that is not empty.
	widest := 0
	for i := h.body; ; {
		n, next := leadingSpaces(data, i)
		widest = max(widest, n)
		b := breakLen(data, next)
		if b == 0 {
			break
		}
		i = next + b
	}
	return []int{max(widest, 1), widest + 1}
}

func leadingSpaces(data []byte, i int) (n, next int) {
	for i < len(data) && data[i] == ' ' {
		i++
		n++
	}
	return n, i
}

// block writes the content of a block whose lines start at column indent, and returns the end of its last line that is
// not empty.
func (r *rescan) block(h blockHeader, indent int, literal bool) int {
	var breaks []int // empty lines since the last content
	i := h.body
	i = r.emptyLines(i, indent, &breaks)
	lead, leadingBlank, end := -1, false, h.headerEnd
	for r.atContent(i, indent) {
		i += indent
		blank := isBlank(r.data[i])
		switch {
		case lead >= 0 && !literal && !leadingBlank && !blank && breakLen(r.data, lead) != 3:
			if len(breaks) == 0 {
				r.b.WriteString(" ", Span{r.f, lead, i})
			}
		case lead >= 0:
			r.lineBreak(lead)
		}
		r.writeBreaks(breaks)
		breaks = breaks[:0]
		leadingBlank = blank
		lineEnd := i
		for lineEnd < len(r.data) && breakLen(r.data, lineEnd) == 0 {
			lineEnd++
		}
		r.verbatim(i, lineEnd)
		end = lineEnd
		lead = -1
		i = lineEnd
		if n := breakLen(r.data, i); n > 0 {
			lead = i
			i += n
		}
		i = r.emptyLines(i, indent, &breaks)
	}
	if h.chomp != '-' && lead >= 0 {
		r.lineBreak(lead)
	}
	if h.chomp == '+' {
		r.writeBreaks(breaks)
	}
	return end
}

func (r *rescan) writeBreaks(at []int) {
	for _, i := range at {
		r.lineBreak(i)
	}
}

// emptyLines goes past lines that hold at most indent spaces, collecting their breaks.
func (r *rescan) emptyLines(i, indent int, breaks *[]int) int {
	for i < len(r.data) {
		n, next := leadingSpaces(r.data, i)
		if n > indent {
			return i
		}
		b := breakLen(r.data, next)
		if b == 0 {
			return i
		}
		*breaks = append(*breaks, next)
		i = next + b
	}
	return i
}

// atContent reports whether a line of content begins at i: indent spaces and then something.
func (r *rescan) atContent(i, indent int) bool {
	for k := range indent {
		if i+k >= len(r.data) || r.data[i+k] != ' ' {
			return false
		}
	}
	return i+indent < len(r.data)
}
