package siteconfig

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// Postgres are the settings of an output of type postgres, named as libpq names them.
type Postgres struct {
	// Host is a name, an address or the folder of a unix socket.
	Host string
	// Port is 0 for the usual one.
	Port           int
	Database, User string
	Password       Secret
	// SSLMode is "" for libpq's own choice; the files are absolute.
	SSLMode, SSLRootCert, SSLCert, SSLKey string
	// ConnectTimeout and StatementTimeout are 0 for none of ours.
	ConnectTimeout, StatementTimeout time.Duration
}

// Address is host and port, or the folder of the socket.
func (p *Postgres) Address() string {
	port := p.Port
	if port == 0 {
		port = 5432
	}
	return p.Host + ":" + strconv.Itoa(port)
}

// postgresKeys are the keys of an output of type postgres.
var postgresKeys = []string{"type", "host", "port", "dbname", "user", "password", "schema", "sslmode", "sslrootcert", "sslcert", "sslkey",
	"connect_timeout", "statement_timeout"}

// sslModes are the values of sslmode ("34.19 SSL Support" of the PostgreSQL manual).
var sslModes = []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}

// postgres reads the keys of an output of type postgres.
func (f *File) postgres(out *Output, list *diag.List) {
	b := out.Settings
	f.singleValues(out, postgresKeys, list)
	p := &Postgres{Host: b.Text("host"), Database: b.Text("dbname"), User: b.Text("user"), Password: b.Secret("password"), SSLMode: b.Text("sslmode")}
	for _, need := range []struct{ key, value string }{{"host", p.Host}, {"dbname", p.Database}, {"user", p.User}, {"schema", out.Schema}} {
		if need.value == "" {
			at := out.At
			if b.get(need.key) != nil {
				at = b.At(need.key)
			}
			list.Errorf(diag.SiteValue, at, "output %s of type postgres needs %s", out.Target, need.key).WithFix("add %s to the output", need.key)
		}
	}
	if t := b.Text("port"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 || n > 65535 {
			list.Errorf(diag.SiteValue, b.At("port"), "port %q is no number from 1 to 65535", t)
		}
		p.Port = n
	}
	if p.SSLMode != "" && !slices.Contains(sslModes, p.SSLMode) {
		list.Errorf(diag.SiteValue, b.At("sslmode"), "sslmode %q is none of %s", p.SSLMode, strings.Join(sslModes, ", "))
	}
	for key, to := range map[string]*string{"sslrootcert": &p.SSLRootCert, "sslcert": &p.SSLCert, "sslkey": &p.SSLKey} {
		if t := b.Text(key); t != "" {
			*to = expand(t, filepath.Dir(f.Path))
		}
	}
	p.ConnectTimeout = duration(b, "connect_timeout", list)
	p.StatementTimeout = duration(b, "statement_timeout", list)
	out.Postgres = p
}

// singleValues reports keys that an output of its type does not have, and values that are none but a list or a map.
func (f *File) singleValues(out *Output, keys []string, list *diag.List) {
	for _, field := range out.Settings.fields {
		if slices.Contains(keys, field.key) {
			if field.kind != source.ScalarNode && field.kind != source.NullNode {
				list.Errorf(diag.SiteValue, field.at, "%s of output %s is a single value", field.key, out.Target)
			}
			continue
		}
		d := list.Warnf(diag.SiteUnknownKey, field.keyAt, "output %s of type %s has no key %q", out.Target, out.Type, field.key)
		if near := diag.Nearest(field.key, keys); near != "" {
			d.WithFix("did you mean %q?", near)
		} else {
			d.WithFix("the keys are %s", strings.Join(keys, ", "))
		}
	}
}

var timeAmount = regexp.MustCompile(`^([0-9]{1,9})\s*(ms|s|min|h|)$`)

// duration reads a time with a unit; a bare number is seconds.
func duration(b *Block, key string, list *diag.List) time.Duration {
	t := strings.TrimSpace(b.Text(key))
	if t == "" {
		return 0
	}
	m := timeAmount.FindStringSubmatch(t)
	if m == nil {
		list.Errorf(diag.SiteValue, b.At(key), "%s %q is no time with a unit", key, t).WithFix("write it like 30s, 10min or 2h")
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	units := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "": time.Second, "min": time.Minute, "h": time.Hour}
	return time.Duration(n) * units[m[2]]
}
