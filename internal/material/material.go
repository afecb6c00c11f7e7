// Package material names what a run leaves in the warehouse (modelling.md section 18.3, observed.md section 5.7).
package material

import (
	"regexp"
	"strconv"
	"unicode/utf8"
)

// Name is the name of one model's object in one context: Material_<model>_<hash8>_<seq no>.
func Name(model, hash string, seqNo int64) string {
	return "Material_" + model + "_" + hash + "_" + strconv.FormatInt(seqNo, 10)
}

// Fit shortens the model in a material's name until the name has at most limit bytes; 0 sets no limit. Hash, seq no and child
// stay, so that the name is still one of its own. A name that is no material's, or has no model to shorten, is left as it is.
func Fit(name string, limit int) string {
	over := len(name) - limit
	if limit == 0 || over <= 0 {
		return name
	}
	model, _, _, _, ok := Parse(name)
	if !ok || len(model) <= over {
		return name
	}
	const head = len("Material_")
	cut := head + len(model) - over
	for cut > head && !utf8.RuneStart(name[cut]) {
		cut--
	}
	if cut == head {
		return name
	}
	return name[:cut] + name[head+len(model):]
}

var pattern = regexp.MustCompile(`(?i)^material_(.+)_([0-9a-f]{8})_([0-9]+)(_.*)?$`)

// Parse reads a material name from the right: the last number is the seq no, before it the hash, the rest the model.
// ok is false for any other name. A suffix such as "_internal_edges" is returned as child.
func Parse(name string) (model, hash string, seqNo int64, child string, ok bool) {
	m := pattern.FindStringSubmatch(name)
	if m == nil {
		return "", "", 0, "", false
	}
	n, err := strconv.ParseInt(m[3], 10, 64)
	if err != nil {
		return "", "", 0, "", false
	}
	return m[1], m[2], n, m[4], true
}
