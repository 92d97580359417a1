"""What was told of alerts, in a file: which of them fire, and since when."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verspan.errors import InvalidArgumentError


@dataclass(frozen=True)
class Memory:
    """Since when alerts fire, as far as it was told; by name, in nanoseconds since the epoch."""

    path: Path

    def read(self) -> dict[str, int]:
        """What was told; nothing where there is no file yet.

        Raises:
            InvalidArgumentError: the file is there and is none of this.
        """
        try:
            document: Any = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(name): int(since_ns) for name, since_ns in document["firing"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidArgumentError(
                f"{self.path} does not say which alerts fire: remove it, and they are told again"
            ) from error

    def write(self, firing: Mapping[str, int]) -> None:
        """Keep it, whole or not at all.

        Raises:
            InvalidArgumentError: the file cannot be written.
        """
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps({"firing": dict(firing)}, indent=2) + "\n", encoding="utf-8")
            new.replace(self.path)
        except OSError as error:
            raise InvalidArgumentError(f"{self.path} cannot be written: {error}") from error
