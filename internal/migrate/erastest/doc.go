// Package erastest compiles projects of every era of the language, as they were written and migrated. It is apart from
// package migrate because compiling links an engine.
package erastest
