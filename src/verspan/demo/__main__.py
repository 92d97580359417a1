"""``python -m verspan.demo``: the demo, as ``verspan demo`` runs it."""

from __future__ import annotations

import sys

from verspan.cli.main import main

if __name__ == "__main__":
    sys.argv.insert(1, "demo")
    main()
