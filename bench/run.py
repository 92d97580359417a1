"""Everything that is measured, one table after the other."""

from __future__ import annotations

import audit
import calls
import capture
import diff
import evaluation
import outage
import payloads
import prompts
import redaction
import soak
import spool
import starting
import store
import versions


def main() -> None:
    """Print all tables."""
    starting.main()
    print()
    calls.main([])
    print()
    spool.main()
    print()
    outage.main()
    print()
    store.main()
    print()
    redaction.main()
    print()
    diff.main([])
    print()
    audit.main([])
    print()
    versions.main([])
    print()
    capture.main([])
    print()
    prompts.main()
    print()
    payloads.main([])
    print()
    soak.main([])
    print()
    evaluation.main([])


if __name__ == "__main__":
    main()
