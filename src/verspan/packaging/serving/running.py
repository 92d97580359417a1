"""Serving a package in this process until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.packaging.loading import load_model
from verspan.packaging.serving.app import MAX_BODY_BYTES, PackageApp


@dataclass(frozen=True)
class Serving:
    """How a package is served."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 for one that is free."""
    max_body_bytes: int = MAX_BODY_BYTES
    patience_s: int = 30
    """How long requests under way may take, in seconds, once it is told to stop."""


def serve_here(path: Path, digest: str, serving: Serving) -> None:
    """Serve a package until SIGTERM or SIGINT; requests under way are answered first.

    Args:
        path: the package.
        digest: the hash that was agreed to.
        serving: how.

    Raises:
        InvalidArgumentError: the address cannot be had, or the package is refused.
        MissingPackageError: uvicorn is not installed.
        VerspanError: the package's code cannot be imported.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise MissingPackageError("serving needs uvicorn: pip install 'verspan[serve]'") from error
    from verspan.members import autolog

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # to stop is what it was asked to, before and after it serves
    autolog()
    model = load_model(path, trust=digest)
    with _bound(serving) as listening:
        address = _address(listening)
        print(f"serving {model!r} at {address}: POST {address}/invocations", file=sys.stderr, flush=True)  # noqa: T201 - for people
        config = uvicorn.Config(
            PackageApp(model, serving.max_body_bytes),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=serving.patience_s,
        )
        uvicorn.Server(config).run(sockets=[listening])


def _bound(serving: Serving) -> socket.socket:
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    try:
        return socket.create_server((serving.host, serving.port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error  # a name's errors are negative
        raise InvalidArgumentError(
            f"{serving.host} port {serving.port} cannot be had: {reason}. Give another with --port"
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
