package lint

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
)

// folding are the functions after which letter case no longer matters: those that fold it, and hashes, of which nobody can
// tell what went in.
var folding = set("lower", "lcase", "upper", "ucase", "casefold", "md5", "sha1", "sha256", "sha2", "sha512", "hash")

// emails finds addresses taken as ids as they are typed: Ann@x.example and ann@x.example would be two people.
func emails(p *pass) {
	for _, s := range p.g.Sources() {
		if m, ok := s.(*model.SQLModel); ok && (m.Query == nil || m.Query.Opaque || hasCall(m.Query, folding)) {
			continue // its query may have done so
		}
		if in, ok := s.(*model.Input); ok && in.Literal != nil {
			continue // what the project writes itself is as it is meant
		}
		for _, id := range s.SourceRows().IDs {
			if id.Select == nil || id.Select.Opaque || id.Type == nil || hasCall(id.Select, folding) || !isEmail(id) {
				continue
			}
			p.Warnf(diag.LEmail, id.Select.Rendered.Text.Span(), "ids of type %s are taken with their capital letters, so one address in two spellings is two ids", id.Type.Name).
				WithFix("write select: lower(trim(%s))", strings.Join(strings.Fields(id.Written.S), " "))
		}
	}
}

func isEmail(id *model.RowID) bool {
	if named(id.Type.Name) {
		return true
	}
	for _, c := range id.Select.Columns() {
		if named(c.Parts[len(c.Parts)-1]) {
			return true
		}
	}
	return false
}

// named reports a name like email, user_email or emailAddress; email_id and mailing_list are something else.
func named(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	return name == "email" || name == "e_mail" || strings.HasSuffix(name, "_email") || strings.HasSuffix(name, "email_address") || name == "emailaddress"
}
