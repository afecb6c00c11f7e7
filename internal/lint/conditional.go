package lint

import "kith/internal/diag"

// conditionalDeRef finds references inside a branch of a template that is not taken. What a model needs would then depend on
// the condition: another warehouse or another day, and the order of the run is another one.
func conditionalDeRef(p *pass) {
	for _, r := range p.g.Conditional {
		p.Warnf(diag.LConditionalDeRef, r.At, "this DeRef stands in a branch that is not taken, so %s does not wait for %s", r.Owner.Addr(), r.To.Addr()).
			WithFix("dereference at the top, with {%% with x = this.DeRef(...) %%}, and decide below what to do with it")
	}
}
