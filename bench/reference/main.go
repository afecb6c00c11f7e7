// Command reference does by hand what kith works out from a project, so that the benchmark has something to compare kith
// with. It shares no code with the product: the data, the SQL and the union-find are written here once more.
//
// Each measurement is a process of its own. Threads and memory are given, so that they are those of the run it is compared
// with. What was measured goes to standard output as one JSON object; a failure goes to standard error.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

// settings are the flags that the commands share.
type settings struct {
	events    int64
	edges     int64
	shape     string
	texts     bool
	dir       string // where the data of one size is
	database  string // a file to work in; it is made new
	warehouse string // the file that kith made
	threads   int
	memory    string
	times     int
	most      int
	stable    bool
}

// commands are what can be done, in the order of a benchmark.
var commands = []struct {
	name, does string
	run        func(context.Context, settings) (any, error)
}{
	{"data", "write the data of a size, unless it is there", data},
	{"graph", "find the components of the graph given as integers", graph},
	{"edges", "write a graph of a shape and size, unless it is there", edges},
	{"unionfind", "find the components of such a graph in memory", unionFind},
	{"splink", "find them in the engine, as Splink does", splink},
	{"minlabel", "find them in the engine by passing the least label on", minLabel},
	{"distinct", "read the ids of the graph, each combination once", distinct},
	{"fused", "compute all features in one statement", fused},
	{"each", "compute each feature in a statement of its own", each},
	{"compare", "compare what kith and the references made", compare},
}

func main() {
	flags := flag.NewFlagSet("reference", flag.ExitOnError)
	var s settings
	flags.Int64Var(&s.events, "events", 100_000, "number of events of data")
	flags.Int64Var(&s.edges, "edges", 1_000_000, "number of edges of a graph")
	flags.StringVar(&s.shape, "shape", "typical", "shape of a graph: typical, chain, shuffled, star, giant, cliques, shared")
	flags.BoolVar(&s.texts, "texts", false, "write the graph with ids that are texts")
	flags.StringVar(&s.dir, "dir", "", "folder of the data")
	flags.StringVar(&s.database, "database", "", "database file of the references")
	flags.StringVar(&s.warehouse, "warehouse", "", "database file that kith made")
	flags.IntVar(&s.threads, "threads", 2, "threads of the engine")
	flags.StringVar(&s.memory, "memory", "8GB", "memory of the engine")
	flags.IntVar(&s.times, "times", 1, "how often graph is measured")
	flags.IntVar(&s.most, "most", 1000, "rounds after which a loop in the engine is given up")
	flags.BoolVar(&s.stable, "stable", false, "settle ties in first and last values by the value, as kith promises to")
	flags.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: reference COMMAND [flags]")
		for _, c := range commands {
			fmt.Fprintf(os.Stderr, "  %-9s %s\n", c.name, c.does)
		}
		flags.PrintDefaults()
	}
	if len(os.Args) < 2 {
		flags.Usage()
		os.Exit(2)
	}
	flags.Parse(os.Args[2:])
	for _, c := range commands {
		if c.name != os.Args[1] {
			continue
		}
		out, err := c.run(context.Background(), s)
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(out)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "reference %s: %v\n", c.name, err)
			os.Exit(1)
		}
		return
	}
	flags.Usage()
	os.Exit(2)
}
