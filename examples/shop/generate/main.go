// Command generate writes the example's data, the truth about who is who, and the expected results:
//
//	go run ./examples/shop/generate
//
// Everything follows from one seed, so running it again changes no byte. Without -dir it finds the example's folder from the
// working directory.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"kith/examples/shop/generate/world"
)

func main() {
	dir := flag.String("dir", "", "folder to write to; the default is the example's own")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	if dir == "" {
		var err error
		if dir, err = exampleFolder(); err != nil {
			return err
		}
	}
	w := world.New(world.Seed)
	if err := writeData(filepath.Join(dir, "data"), w.Tables()); err != nil {
		return err
	}
	return writeExpected(dir, w)
}

// exampleFolder is the folder that holds pb_project.yaml, seen from the repository or from inside the example.
func exampleFolder() (string, error) {
	for _, dir := range []string{".", "..", filepath.Join("examples", "shop")} {
		if _, err := os.Stat(filepath.Join(dir, "pb_project.yaml")); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no pb_project.yaml here: run it in the repository, or say where with -dir")
}
