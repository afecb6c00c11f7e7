package normal

import (
	"pgregory.net/rapid"

	_ "kith/internal/seedtest"
)

// Draw is a text full of what normalisers look at.
func Draw(t *rapid.T) string {
	letters := []rune("ab@. +-()00149(0)" + Spaces + Digits + Separators + Capitals + Smalls + Accented + Marks + "ßÆœþ\u0130\u212a漢\U0001f642")
	return rapid.StringOfN(rapid.SampledFrom(letters), 0, 24, -1).Draw(t, "value")
}
