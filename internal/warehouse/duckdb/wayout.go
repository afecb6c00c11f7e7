package duckdb

import (
	"fmt"
	"strings"
)

// wayOut is what to do about an error of a kind, by what was configured: no one is told to set what is set.
func (c *Conn) wayOut(kind, message string) string {
	switch kind {
	case "out_of_memory":
		return c.moreMemory()
	case "disk_full":
		if c.ofSpilling(message) {
			return c.moreRoomToSpill()
		}
		if c.config.inMemory() {
			return "free disk space; run again to go on"
		}
		return fmt.Sprintf("free space on the disk of %s, or move that file to a larger one and change path of the connection; run again to go on", c.config.Path)
	}
	return ""
}

func (c *Conn) moreMemory() string {
	threads := ""
	if c.config.Threads != 1 {
		threads = ", or have it work with fewer threads: set threads to 1 or 2"
	}
	if limit := strings.TrimSpace(c.config.MemoryLimit); limit != "" {
		return fmt.Sprintf("raise memory_limit of the connection, which is %s (1GB does for small projects)%s", limit, threads)
	}
	return "give the machine or container more memory" + threads
}

// ofSpilling reports that the files which found no room are temporary ones.
func (c *Conn) ofSpilling(message string) bool {
	for _, s := range []string{"max_temp_directory_size", "failed to offload data block", "duckdb_temp_", c.temp} {
		if strings.Contains(message, s) {
			return true
		}
	}
	return false
}

func (c *Conn) moreRoomToSpill() string {
	if c.config.TempDir != "" {
		return fmt.Sprintf("free space on the disk of %s, or set temp_directory of the connection to a folder on a larger one; run again to go on", c.config.TempDir)
	}
	return "free space on the disk of the warehouse file, or set temp_directory of the connection to a folder on a larger one; run again to go on"
}
