package source

import _ "kith/internal/seedtest"
