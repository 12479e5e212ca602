"""Where the packaged program starts."""

import sys

from weighin.__main__ import main

sys.exit(main())
