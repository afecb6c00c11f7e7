package duckdb

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
	"unsafe"

	c "github.com/duckdb/duckdb-go-bindings"
)

// reader turns the values of a column, or of a part of a nested one, into Go values:
//
//	BOOLEAN                          bool
//	integers up to 64 bits           int64; UBIGINT beyond it string
//	HUGEINT, UHUGEINT, BIGNUM        int64 if it fits, else string
//	FLOAT, DOUBLE                    float64
//	DECIMAL                          string, exact, with all digits of its scale
//	VARCHAR, JSON, ENUM, UUID, BIT   string
//	BLOB                             []byte
//	DATE, TIMESTAMP of any kind      time.Time in UTC; "infinity" and "-infinity" for those
//	TIME, TIME WITH TIME ZONE        string, 15:04:05.000000+02:00
//	INTERVAL                         string, as in "1 year 2 months 3 days 04:05:06"
//	LIST, ARRAY                      []any
//	STRUCT                           map[string]any
//	MAP                              map[string]any for keys of text, else []any of {"key":, "value":}
//	UNION                            the value of its member
//	NULL                             nil
//
// What has no reader (GEOMETRY, VARIANT) is an error that says to cast it.
type reader struct {
	read     func(r *reader, row int) any
	data     unsafe.Pointer
	validity unsafe.Pointer
	children []*reader
	vectors  func(v c.Vector, i int) c.Vector // vector of child i
	names    []string                         // of fields
	scale    int
	size     int // of an array
	words    []string
}

func newReader(t c.LogicalType) (*reader, error) {
	r := &reader{}
	switch id := c.GetTypeId(t); id {
	case c.TypeDecimal:
		r.scale = int(c.DecimalScale(t))
		r.read = decimals[c.DecimalInternalType(t)]
	case c.TypeEnum:
		for i := range c.EnumDictionarySize(t) {
			r.words = append(r.words, c.EnumDictionaryValue(t, c.IdxT(i)))
		}
		r.read = enums[c.EnumInternalType(t)]
	case c.TypeList:
		r.read = func(r *reader, row int) any {
			e := at[[2]uint64](r, row)
			return r.children[0].slice(int(e[0]), int(e[1]))
		}
		return r, r.add(c.ListTypeChildType(t), listChild)
	case c.TypeArray:
		r.size = int(c.ArrayTypeArraySize(t))
		r.read = func(r *reader, row int) any { return r.children[0].slice(row*r.size, r.size) }
		return r, r.add(c.ArrayTypeChildType(t), func(v c.Vector, _ int) c.Vector { return c.ArrayVectorGetChild(v) })
	case c.TypeStruct:
		r.read = readStruct
		for i := range c.StructTypeChildCount(t) {
			r.names = append(r.names, c.StructTypeChildName(t, i))
			if err := r.add(c.StructTypeChildType(t, i), structChild); err != nil {
				return nil, err
			}
		}
	case c.TypeUnion:
		r.read = func(r *reader, row int) any {
			tag := *(*uint8)(unsafe.Add(r.children[0].data, row))
			return r.children[tag+1].value(row)
		}
		r.children = append(r.children, &reader{read: enums[c.TypeUTinyInt]}) // the tag
		for i := range c.UnionTypeMemberCount(t) {
			if err := r.add(c.UnionTypeMemberType(t, i), structChild); err != nil {
				return nil, err
			}
		}
	case c.TypeMap:
		// A map is a list of structs of a key and a value.
		pair := &reader{names: []string{"key", "value"}, read: readStruct}
		if err := pair.add(c.MapTypeKeyType(t), structChild); err != nil {
			return nil, err
		}
		if err := pair.add(c.MapTypeValueType(t), structChild); err != nil {
			return nil, err
		}
		r.children, r.vectors, r.read = []*reader{pair}, listChild, readMap
	default:
		read, ok := plain[id]
		if !ok {
			return nil, fmt.Errorf("values of type %s cannot be read; cast it to VARCHAR or JSON", typeName(t))
		}
		r.read = read
	}
	return r, nil
}

// add makes the reader of a part whose type is not needed after.
func (r *reader) add(t c.LogicalType, vectors func(c.Vector, int) c.Vector) error {
	defer c.DestroyLogicalType(&t)
	child, err := newReader(t)
	r.children, r.vectors = append(r.children, child), vectors
	return err
}

func listChild(v c.Vector, _ int) c.Vector   { return c.ListVectorGetChild(v) }
func structChild(v c.Vector, i int) c.Vector { return c.StructVectorGetChild(v, c.IdxT(i)) }

// bind points the reader at a vector of the current chunk.
func (r *reader) bind(v c.Vector) {
	r.data, r.validity = c.VectorGetData(v), c.VectorGetValidity(v)
	for i, child := range r.children {
		child.bind(r.vectors(v, i))
	}
}

// value is the value of a row of the bound vector.
func (r *reader) value(row int) any {
	if r.validity != nil && at64(r.validity, row/64)&(1<<(row%64)) == 0 {
		return nil
	}
	return r.read(r, row)
}

func (r *reader) slice(from, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = r.value(from + i)
	}
	return out
}

func readStruct(r *reader, row int) any {
	m := make(map[string]any, len(r.names))
	for i, child := range r.children {
		m[r.names[i]] = child.value(row)
	}
	return m
}

func readMap(r *reader, row int) any {
	e := at[[2]uint64](r, row)
	pairs := r.children[0].slice(int(e[0]), int(e[1]))
	m := make(map[string]any, len(pairs))
	for _, p := range pairs {
		p := p.(map[string]any)
		key, ok := p["key"].(string)
		if !ok {
			return pairs
		}
		m[key] = p["value"]
	}
	return m
}

func at[T any](r *reader, row int) T {
	var zero T
	return *(*T)(unsafe.Add(r.data, uintptr(row)*unsafe.Sizeof(zero)))
}

func at64(p unsafe.Pointer, i int) uint64 { return *(*uint64)(unsafe.Add(p, i*8)) }

type readFunc = func(*reader, int) any

func integer[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](r *reader, row int) any {
	return int64(at[T](r, row))
}

func timestamp[T int64 | int32](unit func(int64) time.Time) readFunc {
	top := int64(math.MaxInt64)
	if unsafe.Sizeof(T(0)) == 4 {
		top = math.MaxInt32
	}
	return func(r *reader, row int) any {
		switch v := int64(at[T](r, row)); v {
		case top:
			return "infinity"
		case -top:
			return "-infinity"
		default:
			return unit(v).UTC()
		}
	}
}

var plain = map[c.Type]readFunc{
	c.TypeBoolean:   func(r *reader, row int) any { return at[uint8](r, row) != 0 },
	c.TypeTinyInt:   integer[int8],
	c.TypeSmallInt:  integer[int16],
	c.TypeInteger:   integer[int32],
	c.TypeBigInt:    integer[int64],
	c.TypeUTinyInt:  integer[uint8],
	c.TypeUSmallInt: integer[uint16],
	c.TypeUInteger:  integer[uint32],
	c.TypeUBigInt:   func(r *reader, row int) any { return fit(new(big.Int).SetUint64(at[uint64](r, row))) },
	c.TypeHugeInt:   func(r *reader, row int) any { return fit(at[hugeint](r, row).big()) },
	c.TypeUHugeInt: func(r *reader, row int) any {
		h := at[[2]uint64](r, row)
		v := new(big.Int).SetUint64(h[1])
		return fit(v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(h[0])))
	},
	c.TypeBigNum:      func(r *reader, row int) any { return fit(bignum(text(r, row))) },
	c.TypeFloat:       func(r *reader, row int) any { return float64(at[float32](r, row)) },
	c.TypeDouble:      func(r *reader, row int) any { return at[float64](r, row) },
	c.TypeVarchar:     func(r *reader, row int) any { return strings.Clone(text(r, row)) },
	c.TypeBlob:        func(r *reader, row int) any { return []byte(text(r, row)) },
	c.TypeBit:         func(r *reader, row int) any { return bitString(text(r, row)) },
	c.TypeUUID:        func(r *reader, row int) any { return uuid(at[hugeint](r, row)) },
	c.TypeDate:        timestamp[int32](func(v int64) time.Time { return time.Unix(v*86400, 0) }),
	c.TypeTimestamp:   timestamp[int64](time.UnixMicro),
	c.TypeTimestampTZ: timestamp[int64](time.UnixMicro),
	c.TypeTimestampS:  timestamp[int64](func(v int64) time.Time { return time.Unix(v, 0) }),
	c.TypeTimestampMS: timestamp[int64](time.UnixMilli),
	c.TypeTimestampNS: timestamp[int64](func(v int64) time.Time { return time.Unix(v/1e9, v%1e9) }),
	c.TypeTime:        func(r *reader, row int) any { return clock(at[int64](r, row)) },
	c.TypeTimeTZ: func(r *reader, row int) any {
		// The engine keeps microseconds in the high 40 bits, and the greatest offset less the offset in the low 24.
		v := at[uint64](r, row)
		return clock(int64(v>>24)) + offset(15*3600+59*60+59-int(v&(1<<24-1)))
	},
	c.TypeInterval: func(r *reader, row int) any {
		v := at[struct {
			months, days int32
			micros       int64
		}](r, row)
		return interval(v.months, v.days, v.micros)
	},
	c.TypeSQLNull: func(*reader, int) any { return nil },
}

var decimals = map[c.Type]readFunc{
	c.TypeSmallInt: func(r *reader, row int) any { return decimal(big.NewInt(int64(at[int16](r, row))), r.scale) },
	c.TypeInteger:  func(r *reader, row int) any { return decimal(big.NewInt(int64(at[int32](r, row))), r.scale) },
	c.TypeBigInt:   func(r *reader, row int) any { return decimal(big.NewInt(at[int64](r, row)), r.scale) },
	c.TypeHugeInt:  func(r *reader, row int) any { return decimal(at[hugeint](r, row).big(), r.scale) },
}

var enums = map[c.Type]readFunc{
	c.TypeUTinyInt:  func(r *reader, row int) any { return r.words[at[uint8](r, row)] },
	c.TypeUSmallInt: func(r *reader, row int) any { return r.words[at[uint16](r, row)] },
	c.TypeUInteger:  func(r *reader, row int) any { return r.words[at[uint32](r, row)] },
}

// text is a string or blob as it lies in the engine's memory: a length, and up to 12 bytes beside it or a pointer.
func text(r *reader, row int) string {
	p := unsafe.Add(r.data, row*16)
	n := *(*uint32)(p)
	if n <= 12 {
		return unsafe.String((*byte)(unsafe.Add(p, 4)), int(n))
	}
	return unsafe.String(*(**byte)(unsafe.Add(p, 8)), int(n))
}

// hugeint is a signed integer of 128 bits.
type hugeint struct {
	low  uint64
	high int64
}

func (h hugeint) big() *big.Int {
	v := big.NewInt(h.high)
	return v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(h.low))
}

func fit(v *big.Int) any {
	if v.IsInt64() {
		return v.Int64()
	}
	return v.String()
}
