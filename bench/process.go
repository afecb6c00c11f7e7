package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Cost is what a process took.
type Cost struct {
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"`
	// PeakMB is the largest amount of memory the process held, in units of 2^20 bytes.
	PeakMB int64 `json:"peakMB"`
}

// process runs a program to its end. A program that fails is an error with the last lines of what it said.
func process(ctx context.Context, program string, args ...string) (stdout []byte, cost Cost, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	err = cmd.Run()
	cost.Seconds = time.Since(began).Seconds()
	if st := cmd.ProcessState; st != nil {
		cost.CPUSeconds = (st.UserTime() + st.SystemTime()).Seconds()
		if u, ok := st.SysUsage().(*syscall.Rusage); ok {
			cost.PeakMB = peakMB(u)
		}
	}
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", program, args[0], err, lastLines(said.String()+out.String(), 12))
	}
	return out.Bytes(), cost, err
}

// peakMB reads the peak of resident memory, which Linux gives in units of 1024 bytes and macOS in bytes.
func peakMB(u *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) >> 20
	}
	return int64(u.Maxrss) >> 10
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// machine says what was measured on.
func machine() string {
	return fmt.Sprintf("%s/%s, %d cores%s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor())
}

func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(b), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return " of " + strings.TrimSpace(value)
		}
	}
	return ""
}
