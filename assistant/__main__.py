"""`python -m assistant` is `varde`."""

import sys

from assistant.cli import main

sys.exit(main())
