// Package addr names the nodes of a project the way people refer to them: by path (modelling.md section 17).
package addr

import "strings"

// Addr is the canonical path of a node: "inputs/orders", "models/vips", "user/all/spend", "user/all/feature_view".
// Letters keep the case of the declaration; Key folds it, since references ignore case.
type Addr string

// Key is the form used for look-ups.
func (a Addr) Key() string { return strings.ToLower(string(a)) }

// Last is the part after the last slash.
func (a Addr) Last() string {
	s := string(a)
	return s[strings.LastIndexByte(s, '/')+1:]
}

// Input is the address of a declared input.
func Input(name string) Addr { return Addr("inputs/" + name) }

// Model is the address of a declared model.
func Model(name string) Addr { return Addr("models/" + name) }

// RootCohort is the address of the cohort of all instances of an entity.
func RootCohort(entity string) Addr { return Addr(entity + "/all") }

// Child is the address of something that belongs to another node.
func (a Addr) Child(name string) Addr { return a + Addr("/"+name) }
