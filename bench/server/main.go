// Command server runs a Postgres server of its own for the benchmark until its standard input ends. It says where the server
// is as one line of JSON; without an installed server it says why and fails.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"kith/internal/warehouse/postgres/pgtest"
)

func main() {
	s, err := pgtest.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
	defer s.Stop()
	err = json.NewEncoder(os.Stdout).Encode(map[string]any{"socket": s.Socket, "port": s.Port, "user": pgtest.Admin})
	if err == nil {
		_, err = io.Copy(io.Discard, os.Stdin)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
	}
}
