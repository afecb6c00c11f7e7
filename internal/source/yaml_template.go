package source

import (
	"fmt"
	"strings"
)

// unquotedTemplates finds values that hold a template and would need quotes: block values that begin with {{, {% or {#,
// and values inside [ ] or { } that hold {{ anywhere. It is only asked once YAML has failed or read such a value as a map,
// and the spans it gives are confirmed by reading the file again with them quoted.
func unquotedTemplates(f *File) []Span {
	s := templateScan{f: f, data: f.Data}
	lines := yamlLines(f.Data)
	blockIndent := -1 // inside a | or > block whose parent stands at this column
	for li := 0; li < len(lines); li++ {
		start := lines[li]
		indent, text := leadingSpaces(f.Data, start)
		if text >= len(f.Data) || breakLen(f.Data, text) > 0 {
			continue
		}
		if blockIndent >= 0 {
			if indent > blockIndent {
				continue
			}
			blockIndent = -1
		}
		if s.flow == 0 && s.quote == 0 && (f.Data[text] == '#' || indent > s.plainIndent) {
			continue // a comment, or the next line of an unquoted value
		}
		s.plainIndent = maxColumn
		blockIndent = s.line(text, text-start)
	}
	return s.found
}

const maxColumn = 1 << 30

// templateScan walks over lines outside of block scalars, knowing just enough YAML to see where values begin.
type templateScan struct {
	f           *File
	data        []byte
	found       []Span
	flow        int  // open [ and {
	quote       byte // inside a quoted scalar that goes over lines
	plainIndent int  // lines indented deeper go on with an unquoted value
}

func (s *templateScan) eol(i int) bool { return i >= len(s.data) || breakLen(s.data, i) > 0 }

// line scans one line from its first character at column col; it returns the column that a block scalar begun on this line
// belongs to, or -1.
func (s *templateScan) line(i, col int) int {
	valueStart := s.quote == 0
	keyCol := col
	lineStart := i - col
	plainStart := -1
	for !s.eol(i) {
		b := s.data[i]
		if s.quote != 0 {
			i = s.inQuote(i)
			continue
		}
		switch {
		case isBlank(b):
			i++
			continue
		case b == '#' && isBlankOrBreak(s.data, i-1):
			return -1
		case valueStart && b == '-' && s.flow == 0 && (s.eol(i+1) || isBlank(s.data[i+1])):
			i++
			keyCol = i - lineStart
			for !s.eol(i) && isBlank(s.data[i]) {
				i++
			}
			if !s.eol(i) && s.data[i] != '|' && s.data[i] != '>' {
				keyCol = i - lineStart
			} else {
				keyCol--
			}
			continue
		case valueStart && (b == '"' || b == '\''):
			s.quote = b
			i++
			valueStart = false
			continue
		case valueStart && s.flow == 0 && (b == '|' || b == '>'):
			return keyCol
		case s.opensTemplate(i) && (valueStart || s.flow > 0):
			if !valueStart && plainStart >= 0 {
				i = plainStart
			}
			i = s.template(i, keyCol)
			valueStart, plainStart = false, -1
			continue
		case valueStart && (b == '[' || b == '{'), s.flow > 0 && (b == '[' || b == '{'):
			s.flow++
			valueStart, plainStart = true, -1
		case s.flow > 0 && (b == ']' || b == '}'):
			s.flow--
			valueStart, plainStart = false, -1
		case s.flow > 0 && b == ',', b == ':' && (s.eol(i+1) || isBlank(s.data[i+1])):
			valueStart, plainStart = true, -1
		case valueStart:
			valueStart, plainStart = false, i
		}
		i++
	}
	if s.flow == 0 && s.quote == 0 && plainStart >= 0 {
		s.plainIndent = keyCol
	}
	return -1
}

func (s *templateScan) inQuote(i int) int {
	b := s.data[i]
	switch {
	case b == '\\' && s.quote == '"':
		if !s.eol(i + 1) {
			i++
		}
	case b == s.quote && s.quote == '\'' && i+1 < len(s.data) && s.data[i+1] == '\'':
		i++
	case b == s.quote:
		s.quote = 0
	}
	return i + 1
}

func (s *templateScan) opensTemplate(i int) bool {
	return s.data[i] == '{' && i+1 < len(s.data) && strings.IndexByte("{%#", s.data[i+1]) >= 0
}

// template records the value that begins at i and returns the offset behind it.
func (s *templateScan) template(i, keyCol int) int {
	end := i
	depth := 0
	for !s.eol(end) {
		rest := s.data[end:]
		switch {
		case s.opensTemplate(end):
			depth++
			end++
		case depth > 0 && len(rest) > 1 && rest[1] == '}' && (rest[0] == '}' || rest[0] == '%' || rest[0] == '#'):
			depth--
			end++
		case s.flow > 0 && depth == 0 && strings.IndexByte(",]}", rest[0]) >= 0:
			s.add(i, end)
			return end
		case rest[0] == '#' && depth == 0 && isBlankOrBreak(s.data, end-1):
			s.add(i, end)
			return end
		}
		end++
	}
	end = min(end, len(s.data))
	if s.flow == 0 {
		end = s.continued(end, keyCol)
	}
	s.add(i, end)
	return end
}

// continued extends a block value over the following lines that are indented deeper than its key.
func (s *templateScan) continued(end, keyCol int) int {
	for {
		next := end + breakLen(s.data, end)
		indent, text := leadingSpaces(s.data, next)
		if next == end || s.eol(text) || indent <= keyCol || s.data[text] == '#' {
			return end
		}
		for end = text; !s.eol(end); {
			end++
		}
	}
}

func (s *templateScan) add(start, end int) {
	for end > start && (isBlank(s.data[end-1]) || breakLen(s.data, end-1) > 0) {
		end--
	}
	if end-start >= 2 {
		s.found = append(s.found, Span{s.f, start, end})
	}
}

// maskSpans returns data with the spans replaced by double-quoted text of the same length, line by line and letter by
// letter, so that every place outside of them stays what it is.
func maskSpans(data []byte, spans []Span) []byte {
	out := append([]byte(nil), data...)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			if b := out[i]; b > ' ' && b < 0x80 {
				out[i] = 'x'
			}
		}
		// A letter beyond ASCII at the end gives way whole: half of it would not be text.
		for i := s.End - 1; i > s.Start && out[i] >= 0x80; i-- {
			out[i] = 'x'
		}
		out[s.Start], out[s.End-1] = '"', '"'
	}
	return out
}

func templateProblems(spans []Span) []Problem {
	var out []Problem
	for _, s := range spans {
		p := Problem{Kind: TemplateProblem, At: s, Fix: "quote your template: " + quoted(s.Text()),
			Message: "YAML reads a template at the start of a value as a map, not as text"}
		if s.Text()[0] != '{' {
			p.Message = "YAML reads a template inside [ ] or { } as a map, not as text"
		}
		out = append(out, p)
	}
	return out
}

// quoted writes text as a YAML scalar with the quotes that need the least change.
func quoted(text string) string {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return fmt.Sprintf("write |- in its place and the text indented below it (%s …)", text[:i])
	}
	switch {
	case !strings.ContainsAny(text, `"\`):
		return `"` + text + `"`
	case !strings.Contains(text, "'"):
		return "'" + text + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
