package plan

import (
	"fmt"

	"kith/internal/rel"
)

// Choices say, for a step that is built, what the run chooses by what it finds and the rule; where an earlier run tells how many
// rows to expect, what it will choose then.
func (s *Step) Choices() []string {
	var out []string
	if s.Action != Build {
		return nil
	}
	for _, st := range s.Program {
		c, ok := st.(*rel.Choose)
		if !ok || c.Quiet {
			continue
		}
		text := c.Name + ": " + c.Why
		if o := foreseen(c, s.Rows); o != "" && s.Extends == nil {
			text = fmt.Sprintf("%s: %s for about %d rows (%s)", c.Name, o, s.Rows, c.Why)
		}
		out = append(out, text)
	}
	return out
}

// foreseen is the name of the option for so many rows, "" where they are not known.
func foreseen(c *rel.Choose, rows int64) string {
	if rows < 0 || c.Fact == nil {
		return ""
	}
	for _, o := range c.Options {
		if o.AtMost < 0 || rows <= o.AtMost {
			return o.Name
		}
	}
	return ""
}
