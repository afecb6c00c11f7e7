package main

import _ "kith/internal/seedtest"
