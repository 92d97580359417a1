"""Other evaluators' packages, as they are installed in environments of their own: `make test-evaluators`."""

from __future__ import annotations

import os
from importlib.util import find_spec

from tests.scorers.judges.conftest import _captured, captured, server, store

__all__ = ["_captured", "captured", "server", "store"]

# Neither tells anybody that it is used here; both look at this where they are imported.
os.environ.update(DEEPEVAL_TELEMETRY_OPT_OUT="YES", RAGAS_DO_NOT_TRACK="true", DEEPEVAL_DISABLE_DOTENV="1")

collect_ignore = [f"test_{package}.py" for package in ("autoevals", "deepeval", "ragas") if not find_spec(package)]
