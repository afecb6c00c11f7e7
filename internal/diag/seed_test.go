package diag

import _ "kith/internal/seedtest"
