package model_test

import _ "kith/internal/seedtest"
