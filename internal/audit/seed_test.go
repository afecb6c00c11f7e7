package audit

import _ "kith/internal/seedtest"
