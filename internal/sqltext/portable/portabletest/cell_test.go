package portabletest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// cell is a value in a form that shows its type: dates without and timestamps with a time of day, texts as they are.
func cell(v any, typ string) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		switch typ {
		case "DATE":
			return v.Format("2006-01-02")
		case "TIMESTAMPTZ":
			return v.UTC().Format("2006-01-02T15:04:05.999Z07:00")
		}
		return v.Format("2006-01-02T15:04:05.999999")
	case duckdb.Decimal:
		f := new(big.Rat).SetFrac(v.Value, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil))
		return f.FloatString(int(v.Scale))
	case float64:
		return strings.TrimSuffix(fmt.Sprintf("%g", v), ".0")
	case []byte:
		return string(v)
	case string:
		if v == "" {
			return "''"
		}
		return v
	case map[string]any, []any:
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	return fmt.Sprint(v)
}
