package portable

import (
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
		{"mm", "%M"}, {"ss", "%S"}, {"SSSSSS", "%f"}, {"SSS", "%g"}, {"a", "%p"}, {"EEEE", "%A"}, {"EEE", "%a"}, {"E", "%a"}, {"DDD", "%j"},
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
