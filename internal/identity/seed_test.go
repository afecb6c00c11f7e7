package identity

import _ "kith/internal/seedtest"
