package sqltext

import _ "kith/internal/seedtest"
