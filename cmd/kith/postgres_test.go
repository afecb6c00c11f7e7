package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"kith/internal/warehouse/postgres/pgtest"
)

// The stories of package cli that need a server, told with the real program on Postgres. Each script has an empty database;
// its commands besides those of all scripts:
//
//	sql STATEMENTS    runs statements as the superuser of the server
func TestScriptsOnPostgres(t *testing.T) {
	server := pgtest.Shared(t)
	t.Cleanup(pgtest.Close)
	shop, err := filepath.Abs("../../examples/shop")
	if err != nil {
		t.Fatal(err)
	}
	// The scripts run as tests of their own, which outlive this call; the server must not end before them.
	t.Run("on", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:           "../../internal/cli/testdata/postgres",
			UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
			Setup: func(env *testscript.Env) error {
				db := server.Database(env.T().(testing.TB))
				for _, v := range [][2]string{{"SHOP", shop}, {"NO_COLOR", "1"}, {"HOME", filepath.Join(env.WorkDir, "home")}, {"DB", db},
					{"SOCKET", server.Socket}, {"PORT", strconv.Itoa(server.Port)}, {"ADMIN", pgtest.Admin}, {"PASSWORD", pgtest.Password}} {
					env.Setenv(v[0], v[1])
				}
				return nil
			},
			Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
				"sql": func(ts *testscript.TestScript, neg bool, args []string) {
					err := server.Do(ts.Getenv("DB"), strings.Join(args, " "))
					if (err != nil) != neg {
						ts.Fatalf("%v", err)
					}
				},
			},
		})
	})
}
