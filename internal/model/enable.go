package model

import (
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
)

// SetEnable takes over the enable_status of a materialization block; nil is none.
func (b *Builder) SetEnable(n Node, m *spec.Materialization) {
	if m != nil && m.EnableStatus.Value != "" {
		n.Base().Enable, n.Base().EnableAt = m.EnableStatus.Value, m.EnableStatus.Span
	}
}

// SetHooks renders the scripts around the making of a node; nil is none.
func (b *Builder) SetHooks(n Node, h *spec.Hooks) {
	if h == nil {
		return
	}
	b.Text(func() {
		n.Base().PreRun = b.Script(n, h.PreRun)
		n.Base().PostRun = b.Script(n, h.PostRun)
	})
}

// Script renders statements of the user that are run as they are; nil for an empty text.
func (b *Builder) Script(n Node, text source.Text) *sqltext.Tree {
	if text.TrimSpace().S == "" {
		return nil
	}
	r, ok := b.Render(n, text, Scope{This: n})
	if !ok || r.Text.TrimSpace().S == "" {
		return nil
	}
	return sqltext.Unread(r)
}

// settleEnabled decides what enable_status says about nodes once it is known what takes part: what is only there if
// necessary goes when nothing that takes part needs it, and what must be there is a mistake when it is not.
func (b *Builder) settleEnabled() {
	used := map[Node]bool{}
	for i := len(b.Order) - 1; i >= 0; i-- {
		n := b.Order[i]
		base := n.Base()
		if base.Disabled == "" && base.Enable == "only_if_necessary" && !used[n] {
			base.Disabled = "nothing that takes part needs it"
		}
		if base.Disabled != "" {
			continue
		}
		for _, m := range base.Needs {
			// What an SQL model reads with dependency="optional" it does not ask for.
			if q, is := n.(*SQLModel); is && !q.firmly[m] {
				if _, made := m.(*SQLModel); made {
					continue
				}
			}
			// A var table or view takes whatever vars there are; it makes none necessary.
			if _, isVar := m.(*EntityVar); isVar {
				switch n.(type) {
				case *VarTable, *FeatureView:
					continue
				}
			}
			used[m] = true
		}
	}
	for _, n := range b.Order {
		base := n.Base()
		if base.Enable == "must_have" && base.Disabled != "" && !base.Broken {
			b.Diags.Errorf(diag.RMustHave, base.EnableAt, "%s must be in every run, but %s", n.Addr(), base.Disabled).
				WithAlso(base.Span, "declared here").WithFix("provide what is missing, or set enable_status: good_to_have")
			base.Broken = true
		}
	}
}
