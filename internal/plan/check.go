package plan

import (
	"fmt"
	"strings"

	"kith/internal/addr"
	"kith/internal/lower"
)

// Look is the action of checks: the object is looked at before anything is published.
const Look Action = "check"

// Check is a look at an object with what is done about it and why.
type Check struct {
	*lower.CheckScan
	// Action is Look or Reuse.
	Action Action
	Reason string
}

// Title says in a few words what is looked at.
func (c *Check) Title() string {
	of := c.Name
	if of == "" {
		of = string(c.Step)
	}
	if c.Early {
		return "freshness of " + of
	}
	if len(c.Terms) == 1 {
		return "1 check of " + of
	}
	return fmt.Sprintf("%d checks of %s", len(c.Terms), of)
}

// PassedKey is the key under which Facts.Passed has a look: the material it was at, and the hash of what was asked.
func PassedKey(material, hash string) string { return strings.ToLower(material) + " " + hash }

// looks decides which objects are looked at. An object that is not built again and passed the same checks before has passed.
func (p *Plan) looks(l *lower.Result, facts Facts, opt Options) {
	reused := map[addr.Addr]bool{}
	taken := map[addr.Addr]bool{}
	for _, s := range p.Steps {
		reused[s.Addr] = s.Action == Reuse
		taken[s.Addr] = s.Action != Leave
	}
	for _, scan := range l.Checks {
		if !taken[scan.Step] {
			continue
		}
		c := &Check{CheckScan: scan, Action: Look, Reason: "before anything is published"}
		if scan.Early {
			c.Reason = "before anything is built"
		}
		same := reused[scan.Step] && !opt.Force
		for _, n := range scan.Needs {
			same = same && reused[n]
		}
		if same && facts.Passed[PassedKey(scan.Object.Name(), scan.Hash)] {
			c.Action, c.Reason = Reuse, "passed before, and nothing it reads is built again"
		}
		p.Checks = append(p.Checks, c)
	}
}

// withChecks adds to the steps wanted those that their checks read: what is published must have been checked. nil means all.
func withChecks(l *lower.Result, wanted map[addr.Addr]bool, take func(addr.Addr)) {
	for more := wanted != nil; more; {
		before := len(wanted)
		for _, c := range l.Checks {
			if !wanted[c.Step] {
				continue
			}
			for _, n := range c.Needs {
				take(n)
			}
		}
		more = len(wanted) > before
	}
}
