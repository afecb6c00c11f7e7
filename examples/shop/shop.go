// Package shop holds the example project Fernwick: a seller of outdoor gear with private and business customers.
//
// It has no code of its own. The tests beside it run every expression of the project on its data.
package shop

//go:generate go run ./generate
