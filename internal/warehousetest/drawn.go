package warehousetest

import _ "kith/internal/seedtest" // in CI the random graphs and vars are the same in every run
