package truth

import _ "kith/internal/seedtest"
