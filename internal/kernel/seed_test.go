package kernel

import _ "kith/internal/seedtest"
