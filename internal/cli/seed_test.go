package cli

import _ "kith/internal/seedtest"
