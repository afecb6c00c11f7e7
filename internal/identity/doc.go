// Package identity answers questions about a small identity graph in memory: how two ids are joined, which edges and ids hold a
// cluster together, what would fall apart without them, and which cut is the cheapest. It knows no warehouse and prints
// nothing.
//
// Only edges that count (Edge.Counts) join nodes; an edge that a guard dropped is kept beside them, since it is often the answer.
// Edges of several sources between the same two nodes are one pair: cutting it means cutting all of them. Results depend on
// the graph alone and not on the order in which it was read, once New has put it in order.
package identity
