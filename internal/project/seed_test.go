package project_test

import _ "kith/internal/seedtest"
