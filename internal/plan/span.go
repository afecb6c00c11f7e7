package plan

import "kith/internal/source"

// noSpan is the place of what was said on the command line.
var noSpan source.Span
