package duckdb

import "testing"

// TestWayOut never tells anyone to set what is set.
func TestWayOut(t *testing.T) {
	const full = `Could not write file "/d/w.duckdb": No space left on device`
	const spilled = "failed to offload data block of size 256.0 KiB (1.0 MiB/1.0 MiB used)"
	for _, c := range []struct {
		config              Config
		kind, message, want string
	}{
		{Config{}, "out_of_memory", "", "give the machine or container more memory, or have it work with fewer threads: set threads to 1 or 2"},
		{Config{Threads: 1}, "out_of_memory", "", "give the machine or container more memory"},
		{Config{MemoryLimit: "60MB", Threads: 1, TempDir: "/t"}, "out_of_memory", "",
			"raise memory_limit of the connection, which is 60MB (1GB does for small projects)"},
		{Config{Path: "/d/w.duckdb"}, "disk_full", full,
			"free space on the disk of /d/w.duckdb, or move that file to a larger one and change path of the connection; run again to go on"},
		{Config{Path: "/d/w.duckdb"}, "disk_full", spilled,
			"free space on the disk of the warehouse file, or set temp_directory of the connection to a folder on a larger one; run again to go on"},
		{Config{Path: "/d/w.duckdb", TempDir: "/t"}, "disk_full", spilled,
			"free space on the disk of /t, or set temp_directory of the connection to a folder on a larger one; run again to go on"},
		{Config{}, "disk_full", full, "free disk space; run again to go on"},
		{Config{Path: "/d/w.duckdb"}, "syntax", "", ""},
	} {
		conn := &Conn{config: c.config, temp: "/t/w.duckdb-1.tmp"}
		if got := conn.wayOut(c.kind, c.message); got != c.want {
			t.Errorf("%+v, %s: %q, want %q", c.config, c.kind, got, c.want)
		}
	}
}
