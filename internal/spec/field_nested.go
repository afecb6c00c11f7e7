package spec

import "kith/internal/source"

// Obj is a key whose value is an object.
func Obj[T, U any](name, doc string, obj *Object[U], at func(*T) **U, opts ...Opt) Field[T] {
	return ObjFunc(name, doc, obj, func(t *T, u *U) { *at(t) = u }, opts...)
}

// ObjFunc is Obj for a value that needs more than an assignment.
func ObjFunc[T, U any](name, doc string, obj *Object[U], set func(*T, *U), opts ...Opt) Field[T] {
	typ := Type{Word: "map", JSON: "object", Table: obj.Table()}
	return newField(name, doc, typ, opts, func(d *Decoder, v value, t *T) {
		set(t, decodeNew(d, v.node, obj))
	})
}

// Inline is a key whose object fills the same T as its neighbours.
func Inline[T any](name, doc string, obj *Object[T], opts ...Opt) Field[T] {
	typ := Type{Word: "map", JSON: "object", Table: obj.Table()}
	return newField(name, doc, typ, opts, func(d *Decoder, v value, t *T) {
		decodeInto(d, v.node, obj, t, d.stack[len(d.stack)-1].written)
	})
}

// Objs is a key whose value is a list of objects.
func Objs[T, U any](name, doc string, obj *Object[U], at func(*T) *[]*U, opts ...Opt) Field[T] {
	return ObjsFunc(name, doc, obj, func(t *T, u *U) { *at(t) = append(*at(t), u) }, opts...)
}

// ObjsFunc is Objs with a function that is called for each item.
func ObjsFunc[T, U any](name, doc string, obj *Object[U], add func(*T, *U), opts ...Opt) Field[T] {
	typ := Type{Word: "list", JSON: "array", Table: obj.Table(), List: true}
	return newField(name, doc, typ, opts, func(d *Decoder, v value, t *T) {
		for _, item := range d.items(v.node, obj.Name+" maps") {
			if item.Kind != source.MapNode {
				d.wrongType(item, "a map of keys ("+obj.Name+")")
				continue
			}
			add(t, decodeNew(d, item, obj))
		}
	})
}
