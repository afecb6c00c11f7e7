package lower_test

import _ "kith/internal/seedtest"
