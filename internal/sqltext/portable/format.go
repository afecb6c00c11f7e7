package portable

import (
	"cmp"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// formatModel is the letters of a format and what strftime calls them, longer ones first.
type formatModel struct {
	letters [][2]string
	fold    bool   // letters may be of either case
	quote   string // what encloses text to be taken as it stands
}

// modelSnowflake and modelRedshift are those of TO_CHAR, modelJava that of DATE_FORMAT.
var (
	modelSnowflake = formatModel{fold: true, quote: `"`, letters: [][2]string{
		{"YYYY", "%Y"}, {"YY", "%y"}, {"MMMM", "%B"}, {"MON", "%b"}, {"MM", "%m"}, {"DD", "%d"}, {"DY", "%a"}, {"HH24", "%H"}, {"HH12", "%I"},
		{"AM", "%p"}, {"PM", "%p"}, {"MI", "%M"}, {"SS", "%S"}, {"FF3", "%g"}, {"FF6", "%f"}, {"FF9", "%n"}, {"FF", "%n"}, {"TZHTZM", "%z"}, {"TZH:TZM", "%z"}, {"TZH", "%z"},
	}}
	modelRedshift = formatModel{fold: true, quote: `"`, letters: [][2]string{
		{"YYYY", "%Y"}, {"YY", "%y"}, {"MONTH", "%B"}, {"MON", "%b"}, {"MM", "%m"}, {"DDD", "%j"}, {"DD", "%d"}, {"DAY", "%A"}, {"DY", "%a"}, {"HH24", "%H"}, {"HH12", "%I"}, {"HH", "%I"},
		{"AM", "%p"}, {"PM", "%p"}, {"MI", "%M"}, {"SS", "%S"}, {"MS", "%g"}, {"US", "%f"}, {"FM", ""},
	}}
	modelJava = formatModel{quote: "'", letters: [][2]string{
		{"yyyy", "%Y"}, {"yy", "%y"}, {"y", "%Y"}, {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"}, {"M", "%-m"}, {"dd", "%d"}, {"d", "%-d"}, {"HH", "%H"}, {"H", "%-H"}, {"hh", "%I"}, {"h", "%-I"},
		{"mm", "%M"}, {"ss", "%S"}, {"SSSSSS", "%f"}, {"SSS", "%g"}, {"a", "%p"}, {"D", "%-j"}, {"EEEE", "%A"}, {"EEE", "%a"}, {"E", "%a"}, {"DDD", "%j"},
	}}
)

// translate makes a strftime format; bad is the first letter without a counterpart, "" when there is none.
func (m formatModel) translate(s string) (out, bad string) {
	var b strings.Builder
next:
	for i := 0; i < len(s); {
		if m.quote != "" && strings.HasPrefix(s[i:], m.quote) {
			if k := strings.Index(s[i+1:], m.quote); k >= 0 {
				b.WriteString(strings.ReplaceAll(s[i+1:i+1+k], "%", "%%"))
				i += k + 2
				continue
			}
		}
		for _, l := range m.letters {
			if len(s)-i >= len(l[0]) && (s[i:i+len(l[0])] == l[0] || m.fold && strings.EqualFold(s[i:i+len(l[0])], l[0])) {
				b.WriteString(l[1])
				i += len(l[0])
				continue next
			}
		}
		c := s[i]
		if m.fold && (c == '9' || c == '0' && strings.Trim(s, "09.,$") == "") {
			return "", string(c) // a format of numbers
		}
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			if m.fold && c == 'T' && b.Len() > 0 { // the T of ISO 8601, which other letters of a model do not begin with
				b.WriteByte(c)
				i++
				continue
			}
			return "", string(c)
		}
		if c == '%' {
			b.WriteByte('%')
		}
		b.WriteByte(c)
		i++
	}
	return b.String(), ""
}

// isoFormats are the short letters of BigQuery's strftime that DuckDB's has not.
var isoFormats = strings.NewReplacer("%%", "%%", "%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%D", "%m/%d/%y", "%R", "%H:%M", "%E*S", "%S.%f", "%E3S", "%S.%g", "%E6S", "%S.%f", "%e", "%-d", "%k", "%-H", "%Ez", "%z", "%E4Y", "%Y")

// casedForms are the names and numbers in a format of Redshift that strftime has no letter for, longer ones first: what strftime
// gives of them, and the functions around it. Names are in the case of their letters; those of days and months are filled
// up to nine letters unless FM stands before them.
var casedForms = []struct{ letters, format, head, tail string }{
	{"MONTH", "%B", "", ""}, {"MON", "%b", "", ""}, {"DAY", "%A", "", ""}, {"DY", "%a", "", ""}, {"AM", "%p", "", ""}, {"PM", "%p", "", ""},
	{"IYYY", "%G", "", ""}, {"IW", "%V", "", ""}, {"ID", "%u", "", ""},
	{"WW", "", "lpad((date_part('doy', ", ") - 1) // 7 + 1)::varchar, 2, '0')"}, {"DDD", "%j", "", ""}, {"DD", "%d", "", ""},
	{"Q", "", "date_part('quarter', ", ")::varchar"}, {"D", "", "(date_part('dow', ", ") + 1)::varchar"},
}

// cased is x in a format of Redshift; bad is the first letter without a counterpart.
func (c *call) cased(x source.Text, s string) (out source.Text, bad string) {
	at := c.span()
	var pieces []source.Text
	plain, fill := "", true
	flush := func() {
		if plain != "" {
			pieces = append(pieces, built(at, "strftime(", x, ", ", quoteText(plain), ")"))
			plain = ""
		}
	}
next:
	for i := 0; i < len(s); {
		if strings.EqualFold(s[i:min(i+2, len(s))], "FM") {
			fill, i = false, i+2
			continue
		}
		if s[i] == '"' {
			if k := strings.IndexByte(s[i+1:], '"'); k >= 0 {
				plain += strings.ReplaceAll(s[i+1:i+1+k], "%", "%%")
				i += k + 2
				continue
			}
		}
		for _, f := range casedForms {
			if len(s)-i < len(f.letters) || !strings.EqualFold(s[i:i+len(f.letters)], f.letters) {
				continue
			}
			word := s[i : i+len(f.letters)]
			i += len(f.letters)
			if f.format == "" {
				flush()
				pieces = append(pieces, built(at, f.head, x, f.tail))
			} else if piece, changed := c.casedName(x, f.format, word, fill); changed {
				flush()
				pieces = append(pieces, piece)
			} else {
				plain += unfilled(f.format, fill)
			}
			fill = true
			continue next
		}
		for _, l := range modelRedshift.letters {
			if len(s)-i >= len(l[0]) && strings.EqualFold(s[i:i+len(l[0])], l[0]) {
				plain += unfilled(l[1], fill)
				i, fill = i+len(l[0]), true
				continue next
			}
		}
		one, bad := modelRedshift.translate(s[i : i+1])
		if bad != "" && !(s[i] == 'T' && i > 0) {
			return source.Text{}, bad
		} else if bad != "" {
			one = "T"
		}
		plain += one
		i++
	}
	flush()
	if len(pieces) == 0 {
		return source.Literal("''", at), ""
	}
	all := []any{}
	for i, p := range pieces {
		if i > 0 {
			all = append(all, " || ")
		}
		all = append(all, p)
	}
	if len(pieces) == 1 {
		return pieces[0], ""
	}
	return built(at, append(append([]any{"("}, all...), ")")...), ""
}

// casedName is the name of a month, a day or a half of a day in the case of its letters in the format; changed is false
// when strftime gives it so.
func (c *call) casedName(x source.Text, format, word string, fill bool) (out source.Text, changed bool) {
	head, tail := "", ""
	switch {
	case !strings.Contains("%B%b%A%a%p", format):
		return out, false
	case word == strings.ToLower(word):
		head, tail = "lower(", ")"
	case word == strings.ToUpper(word) && format != "%p":
		head, tail = "upper(", ")"
	}
	if fill && (format == "%B" || format == "%A") {
		head, tail = "rpad("+head, tail+", 9, ' ')"
	}
	if head == "" {
		return out, false
	}
	return built(c.span(), head, "strftime(", x, ", ", quoteText(format), ")", tail), true
}

// unfilled is a number of strftime without leading zeros, unless they are wanted.
func unfilled(format string, fill bool) string {
	if !fill && strings.Contains("%m%d%H%I%M%S%j", format) {
		return "%-" + format[1:]
	}
	return format
}

// format is argument i, a literal model, as a strftime format in quotes; ok is false, with a diagnostic, when it cannot be.
func (c *call) format(i int) (source.Text, bool) {
	a := c.args[i]
	at := c.r.span(c.argTokens(i))
	lit, ok := a.literal()
	if !ok {
		c.r.list.Errorf(diag.SQLFormatModel, at, "the format of %s is no literal, so it cannot be translated", c.name).
			WithFix("write the format as a text")
		return source.Text{}, false
	}
	if c.r.d.percentFormats {
		replaced := isoFormats.Replace(lit)
		if bad := badPercent(replaced); bad != "" || strings.Contains(lit, "%E*S") && strings.HasPrefix(c.name, "format") {
			c.r.list.Errorf(diag.SQLFormatModel, at, "%q in the format %q has no counterpart on DuckDB", cmp.Or(bad, "%E*S"), lit).
				WithFix("%s", "use %Y, %m, %d, %H, %M, %S and their like")
			return source.Text{}, false
		}
		return source.Literal(quoteText(isoFormats.Replace(lit)), at), true
	}
	out, bad := c.r.d.model.translate(lit)
	if bad != "" {
		c.r.list.Errorf(diag.SQLFormatModel, at, "%q in the format %q has no counterpart on DuckDB", bad, lit).
			WithFix("use year, month, day, hour, minute and second, as in YYYY-MM-DD HH24:MI:SS")
		return source.Text{}, false
	}
	return source.Literal(quoteText(out), at), true
}

// badPercent is the first mark of a strftime format that DuckDB does not know, "" when there is none.
func badPercent(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		k := i + 1
		if k < len(s) && s[k] == '-' {
			k++
		}
		if k >= len(s) || strings.IndexByte("aAwuUWdbBmyYGVHIpMSfgnzZjcxX%", s[k]) < 0 {
			return s[i:min(k+1, len(s))]
		}
		i = k
	}
	return ""
}

// numberText is a number in a format such as FM990.00; ok is false when the format is none of numbers that is known here.
// A 9 is a digit that is left out when it would be a leading zero, a 0 is always written.
func numberText(at source.Span, x arg, model string) (source.Text, bool) {
	body := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(model)), "FM")
	whole, decimals, _ := strings.Cut(body, ".")
	if body == "" || strings.Trim(whole, "90") != "" || strings.Trim(decimals, "0") != "" {
		return source.Text{}, false
	}
	places := strconv.Itoa(len(decimals))
	printed := built(at, "printf('%.", places, "f', cast(", x, " as double))")
	switch zeros := strings.TrimLeft(whole, "9"); {
	case strings.Trim(zeros, "0") != "":
		return source.Text{}, false
	case zeros == "":
		return built(at, "regexp_replace(", printed, ", '^(-?)0[.]', '\\1.')"), true
	case len(zeros) > 1:
		width := len(zeros)
		if len(decimals) > 0 {
			width += 1 + len(decimals)
		}
		return built(at, "printf('%0", strconv.Itoa(width), ".", places, "f', cast(", x, " as double))"), true
	}
	return printed, true
}
