package ansi

import "testing"

func TestLexerKnowsWhereItStands(t *testing.T) {
	for _, c := range []struct {
		text string
		want byte
	}{
		{"a - b", 0}, {"a -- b", '-'}, {"a -- b\n", 0}, {"'--", '\''}, {"'it''s' --", '-'}, {"'it''s", '\''},
		{`"a""b`, '"'}, {`"a'b" `, 0}, {"/* a /* b */", '*'}, {"/* a /* b */ */", 0}, {"/* ' */ x", 0},
		{"$$ ' --", '$'}, {"$$ ' $$", 0}, {"$t$ $$ ", '$'}, {"$t$ $$ $t$ --", '-'}, {"a$b$ '", '\''}, {"$1 '", '\''},
		{`E'it\'s`, '\''}, {`e'it\'s' --`, '-'}, {`'\' --`, '-'}, {`fine'\' --`, '-'}, {`a::"x -- `, '"'}, {"", 0},
	} {
		var l lexer
		l.feed(c.text)
		if l.in != c.want {
			t.Errorf("after %q in %q, want %q", c.text, l.in, c.want)
		}
	}
}
