"""Check an audit log that `verspan audit export` wrote, with nothing but Python's standard library.

    python check_audit_log.py audit.jsonl

docs/audit.md says what is computed here. Exits with 1 where something is wrong, and names the first bad entry.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

LINK = ("action", "contents_digest", "previous", "sequence", "subject_id", "subject_kind", "timestamp")


def digest(text: str, salt: str = "") -> str:
    """SHA-256 of a text, after a salt in hexadecimal digits."""
    return sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def check(lines: list[bytes]) -> None:
    """Raise a ValueError that names the first entry that is not as it was written."""
    head, *entries = map(json.loads, lines)
    last = "0" * 64
    erased: dict[int, str] = defaultdict(str)
    for number, entry in enumerate(entries, start=1):
        link = json.dumps({name: entry[name] for name in LINK}, separators=(",", ":"), ensure_ascii=False)
        if (entry["sequence"], entry["previous"], entry["hash"]) != (number, last, digest(link)):
            raise ValueError(f"entry {number} was altered, or is not where it belongs")
        if entry["contents"] is None:
            erased[entry["erased_by"]] += f"{number}\n"
        elif digest(entry["contents"], entry["salt"]) != entry["contents_digest"]:
            raise ValueError(f"the contents of entry {number} were altered")
        numbers, is_erasure = erased.pop(number, ""), entry["action"] == "audit.erase"
        told = f"{numbers.count(chr(10))}:{digest(numbers)}"
        if (is_erasure and entry["subject_id"] != told) or (numbers and not is_erasure):
            raise ValueError(f"entry {number} has not erased what it is said to have")
        last = entry["hash"]
    if erased or (head["count"], head["hash"]) != (len(entries), last):
        raise ValueError(f"what follows entry {len(entries)} is missing")
    print(f"{len(entries)} entries, each as it was written; the head is {len(entries)}:{last}")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]).read_bytes().splitlines())
    except ValueError as error:
        sys.exit(str(error))
