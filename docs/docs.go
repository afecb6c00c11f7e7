// Package docs holds the documents, and no code. Those under reference are printed from the field tables, codes and commands
// of the program; the tests beside them fail when a document no longer says what the program does.
package docs

//go:generate go run ./generate
