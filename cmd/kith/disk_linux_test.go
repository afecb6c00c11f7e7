package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func init() { tools["ondisk"] = tool(onDisk) }

// onDisk runs a command with a small disk of its own at a folder, which is made: ondisk 12m folder sh -c '...'. In the place
// of a size ro makes one that cannot be written. The disk goes with the command.
func onDisk(args []string) error {
	if os.Getenv("KITH_TEST_DISK") == "" {
		c := exec.Command(os.Args[0], args...)
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.Env = append(os.Environ(), "KITH_TEST_DISK=1")
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if os.Getuid() != 0 { // who is not root may mount in a namespace of users of its own
			c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		return c.Run()
	}
	if err := os.MkdirAll(args[1], 0o755); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("the mounts cannot be made private: %w", err)
	}
	flags, size := uintptr(0), args[0]
	if size == "ro" {
		flags, size = syscall.MS_RDONLY, "4k"
	}
	if err := syscall.Mount("none", args[1], "tmpfs", flags, "size="+size); err != nil {
		return fmt.Errorf("no disk at %s: %w", args[1], err)
	}
	os.Unsetenv("KITH_TEST_DISK")
	c := exec.Command(args[2], args[3:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c.Run()
}
