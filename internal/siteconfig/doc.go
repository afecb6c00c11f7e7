// Package siteconfig reads where a project's warehouse is: the file ~/.pb/siteconfig.yaml, in the format of RudderStack
// Profiles, with two more types of output (duckdb and postgres) and with references in place of secrets.
//
// Secrets are the one thing here that must not travel: a value under a key that names a secret is a Secret, which no
// formatting shows, and the lines of the file that diagnostics quote are those of a copy in which such values are stars.
package siteconfig

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// Secret is a text that is shown nowhere: not by fmt with any verb, not as JSON, YAML or in a log. The text is held by a
// function and not in a field, because fmt prints the unexported fields of a struct around it without asking the methods.
type Secret struct{ reveal func() string }

// NewSecret hides a text.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{func() string { return value }}
}

// Reveal returns the text, for handing it to a driver and nothing else.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.reveal == nil }

const hidden = "(secret)"

// String is "(secret)", or "" when there is none.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return hidden
}

// Format writes String for every verb, %#v and %x included.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalJSON is String as JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText is String, for YAML, XML and keys of maps.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is String in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// isSecretKey reports whether the value of a key is a secret. Keys of all warehouses, of Git and of object stores are
// judged by their words, so that a key nobody thought of is rather hidden than shown.
func isSecretKey(key string) bool {
	k := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
	for _, end := range []string{"arn", "uri", "url", "file", "path", "id", "auth", "enabled"} {
		if strings.HasSuffix(k, end) {
			return false
		}
	}
	if k == "key" {
		return true
	}
	for _, word := range []string{"password", "passwd", "passphrase", "passcode", "secret", "token", "privatekey", "apikey", "credential", "dsn", "connectionstring"} {
		if strings.Contains(k, word) {
			return true
		}
	}
	return false
}
