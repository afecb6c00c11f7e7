package template

import _ "kith/internal/seedtest"
