package siteconfig

import _ "kith/internal/seedtest"
