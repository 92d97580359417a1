"""These tests have an environment of their own, `make test-executors`; in any other there are none of them."""

from __future__ import annotations

from importlib.util import find_spec

from tests.evaluation.serving import server

__all__ = ["server"]

collect_ignore_glob = [] if find_spec("distributed") and find_spec("ray") else ["test_*.py"]
