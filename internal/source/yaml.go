package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaxYAMLSize is the largest YAML file that is read, in bytes.
const MaxYAMLSize = 16 << 20

// ProblemKind says what is wrong with a YAML text.
type ProblemKind int

// The kinds of problems, one for each thing a reader has to do differently.
const (
	// SyntaxProblem: the text is not YAML.
	SyntaxProblem ProblemKind = iota
	// TemplateProblem: a value begins with {{ or {% and is not quoted, which YAML reads as a map.
	TemplateProblem
	// TabProblem: a tab is used as indentation.
	TabProblem
	// EncodingProblem: the bytes are not UTF-8.
	EncodingProblem
	// ControlProblem: a NUL or another control character.
	ControlProblem
	// DuplicateKeyProblem: a key twice in one map.
	DuplicateKeyProblem
	// KeyProblem: a map or list is used as a key.
	KeyProblem
	// DocumentsProblem: more than one document in the file.
	DocumentsProblem
	// AliasProblem: an alias without its anchor, or an anchor that contains itself.
	AliasProblem
	// ExpansionProblem: aliases expand to more than is sensible.
	ExpansionProblem
	// MergeProblem: the value of << is neither a map nor a list of maps.
	MergeProblem
	// SizeProblem: the file is larger than MaxYAMLSize.
	SizeProblem
)

// Problem is one thing wrong with a YAML text. It becomes a diagnostic in a room that knows their codes.
type Problem struct {
	Kind    ProblemKind
	At      Span
	Message string
	// Also is another place involved (the first of two equal keys), zero when there is none; AlsoMessage says what it is.
	Also        Span
	AlsoMessage string
	// Fix is the way out in the imperative, or "".
	Fix string
}

// ParseYAML reads one file as YAML. It accepts what yaml.v3 accepts, with aliases followed and merge keys expanded, and
// gives every scalar byte its place. The node is nil when nothing could be read; an empty file is a NullNode. A file with
// problems may still give a node, so that mistakes further in are found in the same pass.
func ParseYAML(f *File) (*Node, []Problem) {
	if problems := checkBytes(f); len(problems) > 0 {
		return nil, problems
	}
	data := f.Data
	docs, err := readDocuments(data)
	var masks []Span
	var problems []Problem
	if err != nil || hasMapKey(docs) {
		if masks = unquotedTemplates(f); len(masks) > 0 {
			// The values are replaced by quoted text of the same shape, so that the rest of the file is read too.
			masked := maskSpans(f.Data, masks)
			again, err2 := readDocuments(masked)
			if err2 == nil || err != nil {
				data, docs, err = masked, again, err2
				problems = templateProblems(masks)
			} else {
				masks = nil
			}
		}
	}
	if err != nil {
		problems = append(problems, syntaxProblem(f, data, err))
	}
	if len(docs) == 0 {
		if err != nil {
			return nil, problems
		}
		return &Node{Kind: NullNode, Span: Span{f, 0, 0}}, problems
	}
	c := newComposer(f, masks)
	root := c.compose(docs[0])
	problems = append(problems, c.problems...)
	if len(docs) > 1 {
		at := c.lineSpan(docs[1].Line)
		problems = append(problems, Problem{Kind: DocumentsProblem, At: at,
			Message: "the file holds more than one YAML document; only the first would be read",
			Fix:     "remove the --- line, or put what follows it in a file of its own"})
	}
	return root, problems
}

// readDocuments returns the documents of data that hold anything, up to the first error.
func readDocuments(data []byte) (docs []*yaml.Node, err error) {
	defer func() {
		// The parser reports some malformed comments by panicking; a user's file must not end the process.
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for len(docs) < 2 {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return docs, err
		}
		if n.Kind == yaml.DocumentNode && len(n.Content) == 1 && !emptyScalar(n.Content[0]) {
			docs = append(docs, &n)
		}
	}
	return docs, nil
}

func emptyScalar(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0
}

// hasMapKey reports whether a map or list stands where a key should: how YAML reads an unquoted {{x}}.
func hasMapKey(docs []*yaml.Node) bool {
	var walk func(n *yaml.Node) bool
	walk = func(n *yaml.Node) bool {
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 && (c.Kind == yaml.MappingNode || c.Kind == yaml.SequenceNode) {
				return true
			}
			if walk(c) {
				return true
			}
		}
		return false
	}
	for _, d := range docs {
		if walk(d) {
			return true
		}
	}
	return false
}

var (
	yamlErrorLine = regexp.MustCompile(`^yaml: (?:line \d+: )?(.*)$`)
	tabBeforeItem = regexp.MustCompile(`^(?:[ -]*-)[ ]*\t`)
	yamlAnchor    = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxWords says in a user's words what the parser's messages mean, and the way out.
var syntaxWords = []struct{ fragment, message, fix string }{
	{"mapping values are not allowed", "a \": \" stands inside an unquoted value, or the line is indented too deep",
		"put the value in quotes, or line the key up with its neighbours"},
	{"did not find expected key", "expected a key here: the indentation does not match, or a quote or bracket is not closed",
		"line the key up with its neighbours and check the quotes in the lines above"},
	{"could not find expected ':'", "expected \"key: value\": the colon is missing, or a value goes on at the indentation of its key",
		"write a colon and a space after the key, or indent the rest of the value"},
	{"found character that cannot start any token", "a value cannot begin with this character unless it is quoted", "put the value in quotes"},
	{"did not find expected '-' indicator", "expected a list item here: the indentation does not match the items above",
		"start the line with \"- \" at the column of the other items"},
	{"block sequence entries are not allowed", "a list item cannot begin here", "begin the list on a line of its own below the key"},
	{"did not find expected ',' or", "a [ or { is not closed, or a comma is missing", "close the bracket, or put the value in quotes"},
	{"found unexpected end of stream", "a quote or bracket is opened here and never closed", "close it"},
	{"found unexpected document indicator", "a quote is opened here and never closed", "close it"},
	{"found unknown escape character", "unknown escape in a double-quoted value", "write \\\\ for a backslash, or use single quotes"},
	{"did not find expected alphabetic or numeric character", "* and & begin an alias or an anchor and need a name", "put the value in quotes"},
	{"did not find expected <document start>", "text follows the end of the document", "check the indentation of this line"},
	{"did not find expected node content", "a value is expected here", ""},
}

// syntaxProblem turns an error of the parser into a Problem at the line that causes it.
func syntaxProblem(f *File, data []byte, err error) Problem {
	msg := errorText(err)
	if m := yamlAnchor.FindStringSubmatch(msg); m != nil {
		p := Problem{Kind: AliasProblem, At: aliasSpan(f, m[1]),
			Message: fmt.Sprintf("no anchor &%s stands before this alias", m[1])}
		p.Fix = fmt.Sprintf("write &%s at the value that is meant, or quote the text if no alias is meant", m[1])
		return p
	}
	c := newComposer(f, nil)
	line := errorLine(data, c.lines, err)
	if line > 1 && line >= len(c.lines)-1 && msg == "found unexpected end of stream" {
		// The parser names the line on which the quote is opened, but the end of the file if that is the first line.
		if _, err := readDocuments(data[:c.lines[1]]); err != nil && errorText(err) == msg {
			line = 1
		}
	}
	if at, ok := tabIndent(c, line); ok {
		return Problem{Kind: TabProblem, At: at, Message: "a tab is used as indentation; YAML allows only spaces", Fix: "indent with spaces"}
	}
	if at := tabBeforeItem.FindIndex([]byte(c.lineSpan(line).Text())); at != nil && strings.Contains(msg, "cannot start any token") {
		tab := c.lineSpan(line).Start + at[1] - 1
		return Problem{Kind: TabProblem, At: Span{f, tab, tab + 1}, Message: "a tab stands after the dash; YAML allows only spaces there", Fix: "write a space"}
	}
	p := Problem{Kind: SyntaxProblem, At: c.lineSpan(line), Message: "not valid YAML: " + msg}
	for _, w := range syntaxWords {
		if strings.Contains(msg, w.fragment) {
			p.Message, p.Fix = w.message, w.fix
			break
		}
	}
	return p
}

// errorText is what the parser says without its line number, which often names the start of the map or list around the
// mistake, or the end of the file.
func errorText(err error) string {
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	return err.Error()
}

// errorLine returns the line that brings an error about: the parser reads from top to bottom, so the first lines of a file
// give the error exactly when they reach its cause. Cutting a list in brackets gives an error too, but of another line.
func errorLine(data []byte, lines []int, want error) int {
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, err := readDocuments(data[:lines[i+1]])
		return err != nil && err.Error() == want.Error()
	})
}

// aliasSpan finds where an alias is written.
func aliasSpan(f *File, name string) Span {
	re := regexp.MustCompile(`(?m)(?:^|[\s\[{,])(\*` + regexp.QuoteMeta(name) + `)(?:$|[\s\]},:])`)
	if m := re.FindSubmatchIndex(f.Data); m != nil {
		return Span{f, m[2], m[3]}
	}
	return Span{f, 0, 0}
}

// tabIndent looks for a tab in the indentation of a line and of the one before.
func tabIndent(c *composer, line int) (Span, bool) {
	for _, l := range []int{line, line - 1} {
		if l < 1 || l > len(c.lines) {
			continue
		}
		start := c.lines[l-1]
		for i := start; i < len(c.f.Data) && (c.f.Data[i] == ' ' || c.f.Data[i] == '\t'); i++ {
			if c.f.Data[i] == '\t' {
				return Span{c.f, i, i + 1}, true
			}
		}
	}
	return Span{}, false
}
