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
