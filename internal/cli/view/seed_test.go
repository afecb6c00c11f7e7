package view

import _ "kith/internal/seedtest"
