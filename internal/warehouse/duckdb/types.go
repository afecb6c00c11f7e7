package duckdb

import (
	"fmt"
	"regexp"
	"strings"

	c "github.com/duckdb/duckdb-go-bindings"
)

// plainTypes are the types without parameters, as DESCRIBE writes them.
var plainTypes = map[c.Type]string{
	c.TypeBoolean: "BOOLEAN", c.TypeTinyInt: "TINYINT", c.TypeSmallInt: "SMALLINT", c.TypeInteger: "INTEGER", c.TypeBigInt: "BIGINT",
	c.TypeUTinyInt: "UTINYINT", c.TypeUSmallInt: "USMALLINT", c.TypeUInteger: "UINTEGER", c.TypeUBigInt: "UBIGINT",
	c.TypeHugeInt: "HUGEINT", c.TypeUHugeInt: "UHUGEINT", c.TypeFloat: "FLOAT", c.TypeDouble: "DOUBLE",
	c.TypeTimestamp: "TIMESTAMP", c.TypeTimestampS: "TIMESTAMP_S", c.TypeTimestampMS: "TIMESTAMP_MS", c.TypeTimestampNS: "TIMESTAMP_NS",
	c.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", c.TypeDate: "DATE", c.TypeTime: "TIME", c.TypeTimeTZ: "TIME WITH TIME ZONE",
	c.TypeTimeNS: "TIME_NS", c.TypeInterval: "INTERVAL", c.TypeVarchar: "VARCHAR", c.TypeBlob: "BLOB", c.TypeBit: "BIT",
	c.TypeUUID: "UUID", c.TypeBigNum: "BIGNUM", c.TypeSQLNull: `"NULL"`, c.TypeGeometry: "GEOMETRY", c.TypeVariant: "VARIANT",
	c.TypeInvalid: "UNKNOWN", c.TypeAny: "ANY",
}

// typeName writes a type as DESCRIBE does, but that names of fields are quoted only where they must be. The type stays the
// caller's.
func typeName(t c.LogicalType) string {
	if alias := c.LogicalTypeGetAlias(t); alias != "" {
		return alias
	}
	switch id := c.GetTypeId(t); id {
	case c.TypeDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", c.DecimalWidth(t), c.DecimalScale(t))
	case c.TypeEnum:
		var values []string
		for i := range c.EnumDictionarySize(t) {
			values = append(values, "'"+strings.ReplaceAll(c.EnumDictionaryValue(t, c.IdxT(i)), "'", "''")+"'")
		}
		return "ENUM(" + strings.Join(values, ", ") + ")"
	case c.TypeList:
		return nameOf(c.ListTypeChildType(t)) + "[]"
	case c.TypeArray:
		return fmt.Sprintf("%s[%d]", nameOf(c.ArrayTypeChildType(t)), c.ArrayTypeArraySize(t))
	case c.TypeMap:
		return "MAP(" + nameOf(c.MapTypeKeyType(t)) + ", " + nameOf(c.MapTypeValueType(t)) + ")"
	case c.TypeStruct:
		var fields []string
		for i := range c.StructTypeChildCount(t) {
			fields = append(fields, fieldName(c.StructTypeChildName(t, i))+nameOf(c.StructTypeChildType(t, i)))
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	case c.TypeUnion:
		var members []string
		for i := range c.UnionTypeMemberCount(t) {
			members = append(members, fieldName(c.UnionTypeMemberName(t, i))+nameOf(c.UnionTypeMemberType(t, i)))
		}
		return "UNION(" + strings.Join(members, ", ") + ")"
	default:
		if name, ok := plainTypes[id]; ok {
			return name
		}
		return "UNKNOWN"
	}
}

// nameOf is typeName of a type that is not needed after.
func nameOf(t c.LogicalType) string {
	defer c.DestroyLogicalType(&t)
	return typeName(t)
}

var plainField = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// fieldName is the name of a field and a blank, nothing for a field without a name (those of row(...)).
func fieldName(name string) string {
	switch {
	case name == "":
		return ""
	case plainField.MatchString(name) && !reserved[strings.ToLower(name)]:
		return name + " "
	}
	return quoteIdent(name) + " "
}

// reserved are the words that cannot be a name without quotes (duckdb_keywords() of category "reserved").
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
		default deferrable desc describe distinct do else end except false fetch for foreign from group having in
		initially intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer
		pivot_wider placing primary qualify references returning select show some summarize symmetric table then to
		trailing true union unique unpivot using variadic when where window with`) {
		m[w] = true
	}
	return m
}()
