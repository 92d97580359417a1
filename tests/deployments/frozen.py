"""The shop as a function that a platform calls: an order comes by a line, is taken, and what has ended is flushed."""

from __future__ import annotations

import json
import sys

from tests.deployments import shop

import verspan

for line in sys.stdin:
    order, timeout = json.loads(line)
    shop.take(order)
    print(json.dumps(verspan.flush(timeout)), flush=True)  # noqa: T201 - its answer
