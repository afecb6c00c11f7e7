package material

import _ "kith/internal/seedtest"
