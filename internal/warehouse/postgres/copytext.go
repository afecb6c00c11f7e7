package postgres

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kith/internal/run"
)

// writeRows writes rows in the text form of COPY ("COPY: Text Format"): tabs between the fields, a line for each row, \N for NULL.
func writeRows(w *bufio.Writer, types []string, rows run.Rows) error {
	for rows.Next() {
		for i, v := range rows.Values() {
			if i > 0 {
				w.WriteByte('\t')
			}
			if v == nil {
				w.WriteString(`\N`)
				continue
			}
			text, err := fieldText(v, types[i])
			if err != nil {
				return err
			}
			copyEscapes.WriteString(w, text)
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return rows.Err()
}

var copyEscapes = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// fieldText is a value as the input function of a type reads it.
func fieldText(v any, t string) (string, error) {
	if t == "jsonb" {
		if s, ok := v.(string); ok {
			return s, nil // of a column that is JSON already
		}
		b, err := json.Marshal(v)
		return string(b), err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999Z07:00"), nil
	case []byte:
		return `\x` + hex.EncodeToString(v), nil
	case []any:
		return arrayField(v, strings.TrimSuffix(t, "[]"))
	}
	return "", fmt.Errorf("a value of %T cannot be copied", v)
}

// arrayField writes an array, every item in quotes ("8.15.2 Array Value Input").
func arrayField(items []any, t string) (string, error) {
	var parts []string
	for _, v := range items {
		if v == nil {
			parts = append(parts, "NULL")
			continue
		}
		text, err := fieldText(v, t)
		if err != nil {
			return "", err
		}
		parts = append(parts, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}
