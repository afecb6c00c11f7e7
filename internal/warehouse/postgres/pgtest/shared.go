package pgtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests of a package and stops the server that they share, if any of them asked for one. It returns the exit code.
func Main(m *testing.M) int {
	code := m.Run()
	Close()
	return code
}

// Close stops the shared server.
func Close() {
	if shared.server != nil {
		shared.server.Stop()
	}
}

// Shared returns the server that all tests of the binary share, which must end in Main or Close. Without an installed server
// the test is skipped; in CI, where CI is set, that is a failure.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = Start() })
	Need(t, shared.err)
	return shared.server
}

// Need ends a test that has no server: err is what Start returned.
func Need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("in CI nothing that needs Postgres may be skipped: %v", err)
	default:
		t.Skipf("not tested on Postgres: %v", err)
	}
}

var (
	count atomic.Int64
	free  = struct {
		sync.Mutex
		names map[*Server][]string
	}{names: map[*Server][]string{}}
)

// Database returns an empty database for a test. Texts in it sort by the rules of English, not by bytes, so that a test sees
// where the order of texts is left to the database. When the test ends it is emptied and lent to another one: making one takes
// a quarter of a second.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	free.Lock()
	name := ""
	if list := free.names[s]; len(list) > 0 {
		name, free.names[s] = list[len(list)-1], list[:len(list)-1]
	}
	free.Unlock()
	if name == "" {
		name = fmt.Sprintf("test_%d", count.Add(1))
		s.Exec(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
	}
	t.Cleanup(func() {
		s.Exec(t, name, empty)
		free.Lock()
		defer free.Unlock()
		free.names[s] = append(free.names[s], name)
	})
	return name
}

// empty ends the sessions of others in a database and drops all its schemas, with what is in them.
const empty = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  CREATE SCHEMA public;
END
$$`

// Exec runs statements as the superuser in a database.
func (s *Server) Exec(t testing.TB, database string, sql ...string) {
	t.Helper()
	if err := s.Do(database, strings.Join(sql, ";\n")); err != nil {
		t.Fatal(err)
	}
}

// Do runs statements as the superuser in a database. The error holds their text.
func (s *Server) Do(database, sql string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.dsn(database))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("%w\n%s", err, sql)
	}
	return nil
}
