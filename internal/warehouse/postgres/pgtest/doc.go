// Package pgtest gives tests a Postgres server of their own: a private cluster in a temporary folder, on a unix socket and a
// free port of the loopback interface, one for each test binary, with a fresh database for each test.
//
// The server is that of the Debian package (or any other under KITH_POSTGRES_BIN or PATH). Postgres refuses to run as root, so
// root's tests run it as another user. It ends with the test binary, however that ends: a guard process waits for the other
// end of a pipe to close.
package pgtest
