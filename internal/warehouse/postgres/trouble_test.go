package postgres

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kith/internal/rel"
	"kith/internal/siteconfig"
	"kith/internal/warehouse/postgres/pgtest"
)

// TestRefusals opens what cannot be opened. Each error says what to do, and none tells the password.
func TestRefusals(t *testing.T) {
	s, good := world(t)
	good.Host, good.Password = "127.0.0.1", secret
	s.Exec(t, good.Database, "CREATE ROLE reader LOGIN PASSWORD 'pw'")
	t.Cleanup(func() { s.Exec(t, good.Database, "DROP OWNED BY reader", "DROP ROLE reader") })
	open(t, good)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, tt := range []struct {
		name            string
		change          func(c *Config)
		kind, says, fix string
	}{
		{"wrong password", func(c *Config) { c.Password = siteconfig.NewSecret("wrong horse") }, "permission", "password authentication failed", "correct user and password"},
		{"no such user", func(c *Config) { c.User = "nobody_of_this_name" }, "permission", "password authentication failed", "correct user and password"},
		{"no such database", func(c *Config) { c.Database = "no such db" }, "other", `database "no such db" does not exist`, `CREATE DATABASE "no such db"`},
		{"no server", func(c *Config) { c.Port = closed.Addr().(*net.TCPAddr).Port }, "connection", "connection refused", "host, port"},
		{"no such host", func(c *Config) { c.Host = "no-such-host.invalid" }, "connection", "no-such-host.invalid", "host, port"},
		{"no such socket", func(c *Config) { c.Host = t.TempDir() }, "connection", "no such file", "host, port"},
		{"no TLS", func(c *Config) { c.SSLMode = "require" }, "connection", "TLS", "sslmode"},
		{"bad sslmode", func(c *Config) { c.SSLMode = "sometimes" }, "other", "sslmode", ""},
		{"schema may not be made", func(c *Config) { c.User, c.Password, c.Schema = "reader", siteconfig.NewSecret("pw"), "theirs" }, "permission",
			"there is no schema theirs, and it may not be made", `CREATE SCHEMA "theirs" AUTHORIZATION "reader"`},
		{"schema too long", func(c *Config) { c.Schema = strings.Repeat("s", 60) }, "other", "longer than the 63 bytes", "shorter"},
	} {
		config := good
		config.ConnectTimeout = 5 * time.Second
		tt.change(&config)
		c, err := Open(context.Background(), config)
		if err == nil {
			c.Close()
			t.Errorf("%s: opened", tt.name)
			continue
		}
		e := sqlError(t, err)
		if e.Kind != tt.kind || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Fix, tt.fix) {
			t.Errorf("%s: %s: %s (%s)", tt.name, e.Kind, e.Message, e.Fix)
		}
		if said := fmt.Sprintf("%v %+v %v", err, e, e.Cause); strings.Contains(said, "horse") {
			t.Errorf("%s tells the password: %s", tt.name, said)
		}
	}
}

// TestPrivileges names the statements that are missing, and they suffice.
func TestPrivileges(t *testing.T) {
	s, admin := world(t)
	a := open(t, admin)
	s.Exec(t, admin.Database, `CREATE ROLE "Ann" LOGIN`)
	t.Cleanup(func() { s.Exec(t, admin.Database, `DROP OWNED BY "Ann"`, `DROP ROLE "Ann"`) })
	do(t, a, "CREATE SCHEMA raw", "CREATE TABLE raw.orders AS SELECT 1 AS a", "CREATE TABLE app.theirs AS SELECT 1 AS a")
	config := admin
	config.User = "Ann"
	c := open(t, config)
	ctx := context.Background()
	orders := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "raw"}, {Name: "orders"}}}
	read, err := c.ReadGrants(ctx, orders)
	if want := `[GRANT USAGE ON SCHEMA "raw" TO "Ann" GRANT SELECT ON TABLE "raw"."orders" TO "Ann"]`; err != nil || fmt.Sprint(read) != want {
		t.Errorf("%v %v", read, err)
	}
	write, err := c.WriteGrants(ctx, "app")
	if want := `[GRANT USAGE, CREATE ON SCHEMA "app" TO "Ann"]`; err != nil || fmt.Sprint(write) != want {
		t.Errorf("%v %v", write, err)
	}
	if none, err := c.WriteGrants(ctx, "none"); err != nil || fmt.Sprint(none) != `[CREATE SCHEMA "none" AUTHORIZATION "Ann"]` {
		t.Errorf("%v %v", none, err)
	}
	for _, tt := range []struct{ sql, says, fix string }{
		{"SELECT * FROM raw.orders", "permission denied for schema raw", `GRANT USAGE ON SCHEMA "raw" TO "Ann"`},
		{"CREATE TABLE app.mine (a int)", "permission denied for schema app", `GRANT USAGE, CREATE ON SCHEMA "app" TO "Ann"`},
	} {
		_, err := c.Exec(ctx, tt.sql)
		if e := sqlError(t, err); e.Kind != "permission" || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Fix, tt.fix) {
			t.Errorf("%s: %s: %s (%s)", tt.sql, e.Kind, e.Message, e.Fix)
		}
	}
	do(t, a, write...)
	do(t, a, read[0])
	for _, tt := range []struct{ sql, says, fix string }{
		{"SELECT * FROM raw.orders", "permission denied for table orders", `GRANT SELECT ON TABLE raw.orders TO "Ann"`},
		{`INSERT INTO app."theirs" VALUES (1)`, "permission denied for table theirs", `GRANT INSERT ON TABLE app."theirs" TO "Ann"`},
		{"DROP TABLE app.theirs", "must be owner of table theirs", `ALTER TABLE app.theirs OWNER TO "Ann"`},
	} {
		_, err := c.Exec(ctx, tt.sql)
		if e := sqlError(t, err); e.Kind != "permission" || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Fix, tt.fix) {
			t.Errorf("%s: %s: %s (%s)", tt.sql, e.Kind, e.Message, e.Fix)
		}
	}
	if _, _, err := c.Table(orders); sqlError(t, err).Kind != "permission" {
		t.Error(err)
	}
	do(t, a, read[1])
	do(t, c, "CREATE TABLE app.mine AS SELECT * FROM raw.orders")
}

// TestNetworkIsCut cuts the network under a statement. The next one finds a new connection.
func TestNetworkIsCut(t *testing.T) {
	s, config := world(t)
	p := s.Proxy(t)
	config.Host, config.Port, config.Password = "127.0.0.1", p.Port(), secret
	c := open(t, config)
	ctx := context.Background()
	for name, work := range map[string]func() error{
		"exec":  func() error { _, err := c.Exec(ctx, "SELECT pg_sleep(60)"); return err },
		"query": func() error { _, err := all(c, "SELECT pg_sleep(60)"); return err },
	} {
		time.AfterFunc(200*time.Millisecond, p.Cut)
		err := work()
		if e := sqlError(t, err); e.Kind != "connection" || !strings.Contains(e.Message, "lost") || !strings.Contains(e.Fix, "run again") {
			t.Errorf("%s: %s: %s (%s)", name, e.Kind, e.Message, e.Fix)
		}
		do(t, c, "SELECT 1")
	}
}

// TestServerRestarts stops the server under a statement. While it is down nothing goes, afterwards everything.
func TestServerRestarts(t *testing.T) {
	s, err := pgtest.Start()
	pgtest.Need(t, err)
	t.Cleanup(s.Stop)
	c := open(t, Config{Host: s.Socket, Port: s.Port, Database: "postgres", User: pgtest.Admin, Schema: "app"})
	done := make(chan error, 1)
	go func() { _, err := c.Exec(context.Background(), "SELECT pg_sleep(60)"); done <- err }()
	time.Sleep(200 * time.Millisecond)
	if err := s.Down(); err != nil {
		t.Fatal(err)
	}
	if e := sqlError(t, <-done); e.Kind != "connection" {
		t.Errorf("%s: %s", e.Kind, e.Message)
	}
	_, err = c.Exec(context.Background(), "SELECT 1")
	if e := sqlError(t, err); e.Kind != "connection" || !strings.Contains(e.Fix, "server") {
		t.Errorf("%s: %s (%s)", e.Kind, e.Message, e.Fix)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	do(t, c, "CREATE TABLE t AS SELECT 1 AS a")
}

// TestTLS connects to a server whose certificate is checked, and to one whose certificate is not the one that is trusted.
func TestTLS(t *testing.T) {
	s, err := pgtest.Start()
	pgtest.Need(t, err)
	t.Cleanup(s.Stop)
	cert, key := certificate(t)
	other, _ := certificate(t)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"root.crt": cert, "other.crt": other} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range map[string][]byte{"server.crt": cert, "server.key": key} {
		if err := s.WriteFile(name, data); err != nil {
			t.Fatal(err)
		}
	}
	s.Exec(t, "postgres", "ALTER SYSTEM SET ssl = on")
	s.Exec(t, "postgres", "SELECT pg_reload_conf()")
	config := Config{Host: "127.0.0.1", Port: s.Port, Database: "postgres", User: pgtest.Admin, Password: secret, Schema: "app", SSLMode: "verify-full"}
	config.SSLRootCert = filepath.Join(dir, "root.crt")
	var c *Conn
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the server reads its settings when it gets to it
		if c, err = Open(context.Background(), config); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if got, err := all(c, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"); fmt.Sprint(got) != "[[true]]" {
		t.Errorf("%v %v", got, err)
	}
	config.SSLRootCert = filepath.Join(dir, "other.crt")
	_, err = Open(context.Background(), config)
	if e := sqlError(t, err); e.Kind != "connection" || !strings.Contains(e.Message, "certificate") || !strings.Contains(e.Fix, "sslmode") {
		t.Errorf("%s: %s (%s)", e.Kind, e.Message, e.Fix)
	}
}

// certificate makes a certificate for this machine that vouches for itself.
func certificate(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})
}
