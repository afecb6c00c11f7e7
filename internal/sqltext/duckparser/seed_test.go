package duckparser_test

import _ "kith/internal/seedtest"
