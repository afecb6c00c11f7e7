package diag

import (
	"slices"
	"strings"
)

// infoLists are the reference entries of every codes_*.go file. A test fails when a file's list is missing here.
var infoLists = [][]Info{
	specInfos,
	modelInfos,
	runInfos,
	packageInfos,
	templateInfos,
	sqltextInfos,
	dialectInfos,
	siteconfigInfos,
	portableInfos,
	cliInfos,
	lintInfos,
}

// Infos returns the reference entry of every code, in the order of the codes.
func Infos() []Info {
	out := slices.Concat(infoLists...)
	slices.SortStableFunc(out, func(a, b Info) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return out
}

// InfoOf returns the reference entry of a code; ok is false when there is no such code.
func InfoOf(code Code) (info Info, ok bool) {
	for _, list := range infoLists {
		for _, i := range list {
			if i.Code == code {
				return i, true
			}
		}
	}
	return Info{}, false
}

// Family is the codes of one letter.
type Family struct{ Letter, About string }

// Families returns the letters that codes begin with, in the order of the reference.
func Families() []Family {
	return []Family{
		{"Y", "Files and YAML"},
		{"S", "The shape of a document"},
		{"P", "Packages"},
		{"R", "References and meaning"},
		{"T", "Templates"},
		{"Q", "SQL of the project"},
		{"C", "Connections and site configuration"},
		{"D", "Dialects"},
		{"W", "Warehouse and run"},
		{"L", "Advice"},
	}
}

// Of returns the reference entries of the family, in the order of their codes.
func (f Family) Of() []Info {
	var out []Info
	for _, i := range Infos() {
		if strings.HasPrefix(string(i.Code), f.Letter) {
			out = append(out, i)
		}
	}
	return out
}
