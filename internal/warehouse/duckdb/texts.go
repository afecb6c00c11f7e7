package duckdb

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// decimal writes an unscaled value with all digits of its scale.
func decimal(v *big.Int, scale int) string {
	digits := new(big.Int).Abs(v).String()
	if scale > 0 {
		if n := scale + 1 - len(digits); n > 0 {
			digits = strings.Repeat("0", n) + digits
		}
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if v.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// uuid writes an UUID; the engine flips its first bit so that it sorts as a signed integer.
func uuid(h hugeint) string {
	var b [16]byte
	high := uint64(h.high) ^ 1<<63
	for i := range 8 {
		b[i], b[8+i] = byte(high>>(56-8*i)), byte(h.low>>(56-8*i))
	}
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// bitString writes a bit string; its first byte is the number of padding bits at the front of the second.
func bitString(data string) string {
	if data == "" {
		return ""
	}
	var b strings.Builder
	for i := 1; i < len(data); i++ {
		fmt.Fprintf(&b, "%08b", data[i])
	}
	return b.String()[min(int(data[0]), b.Len()):]
}

// bignum reads an integer of any size: three bytes of length and sign, then the magnitude, all flipped when negative.
func bignum(data string) *big.Int {
	v := new(big.Int)
	if len(data) < 4 {
		return v
	}
	magnitude := []byte(data[3:])
	if data[0]&0x80 != 0 {
		return v.SetBytes(magnitude)
	}
	for i := range magnitude {
		magnitude[i] = ^magnitude[i]
	}
	return v.Neg(v.SetBytes(magnitude))
}

// clock writes microseconds since midnight, or of an interval, without a fraction of zeros.
func clock(micros int64) string {
	sign := ""
	if micros < 0 {
		sign, micros = "-", -micros
	}
	seconds := micros / 1e6
	s := fmt.Sprintf("%s%02d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
	if f := micros % 1e6; f != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%06d", f), "0")
	}
	return s
}

// offset writes seconds east of UTC as +02 or +05:30.
func offset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := fmt.Sprintf("%s%02d", sign, seconds/3600)
	if seconds%3600 != 0 {
		s += fmt.Sprintf(":%02d", seconds/60%60)
	}
	if seconds%60 != 0 {
		s += fmt.Sprintf(":%02d", seconds%60)
	}
	return s
}

// interval writes an interval as the engine does.
func interval(months, days int32, micros int64) string {
	var parts []string
	add := func(n int32, unit string) {
		switch {
		case n == 1 || n == -1:
			parts = append(parts, fmt.Sprintf("%d %s", n, unit))
		case n != 0:
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit))
		}
	}
	add(months/12, "year")
	add(months%12, "month")
	add(days, "day")
	if micros != 0 || len(parts) == 0 {
		parts = append(parts, clock(micros))
	}
	return strings.Join(parts, " ")
}
