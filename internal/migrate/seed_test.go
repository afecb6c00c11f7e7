package migrate

import _ "kith/internal/seedtest"
