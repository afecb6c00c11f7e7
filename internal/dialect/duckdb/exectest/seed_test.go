package exectest

import _ "kith/internal/seedtest"
