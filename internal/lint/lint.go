// Package lint gives advice about a resolved project: what is accepted and will run, and is probably not what was meant. It
// walks the graph and changes nothing. Each rule is a file of its own and has a code of its own (L...), whose entry in package
// diag says why it is there.
//
// A rule speaks only where it can point at the text that causes it, and only about projects without mistakes: beside an
// error, advice about what follows from it would be noise.
package lint

import (
	"slices"

	"kith/internal/diag"
	"kith/internal/model"
)

// Rule is one piece of advice.
type Rule struct {
	Code diag.Code
	look func(*pass)
}

// Rules returns all rules in the order of their codes.
func Rules() []Rule {
	return []Rule{
		{diag.LLastValue, lastValue},
		{diag.LClock, clock},
		{diag.LConditionalDeRef, conditionalDeRef},
		{diag.LNoID, contradictions},
		{diag.LEmail, emails},
		{diag.LUnseenVar, unseenVars},
		{diag.LCountDefault, countDefaults},
		{diag.LBareDefault, bareDefaults},
		{diag.LTag, tags},
		{diag.LStar, stars},
		{diag.LDbt, dbtCalls},
	}
}

// Check returns what the rules have to say of a graph, without those of some codes.
func Check(g *model.Graph, without ...diag.Code) diag.List {
	p := &pass{g: g, texts: textsOf(g)}
	for _, r := range Rules() {
		if !slices.Contains(without, r.Code) {
			r.look(p)
		}
	}
	return p.List
}

// pass is one walk over a graph.
type pass struct {
	diag.List
	g     *model.Graph
	texts []text
}
