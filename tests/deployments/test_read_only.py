"""A file system that takes no files, as containers have it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from tests.deployments.conftest import Place
from tests.processes import run

ORDERS = 50
PROGRAM = f"""
from tests.deployments import shop

for number in range({ORDERS}):
    shop.take(f"order-{{number}}")
"""
_MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'


def _can_mount() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    command = [unshare, "-rm", "mount", "--bind", os.curdir, os.curdir]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="nothing can be mounted here, so that no folder can be made read-only")
def test_read_only(place: Place) -> None:
    """Spans wait in memory, which one line says, and the collector has all of them once."""
    folder = place.folder / "container"
    folder.mkdir()
    variables = {**place.variables(), "HOME": str(folder), "VERSPAN_STORE": "", "VERSPAN_EXPORTERS": "otlp"}
    command = ("unshare", "-rm", "sh", "-c", _MOUNT, str(folder), sys.executable, "-c", PROGRAM)

    done = run(*command, folder=place.folder, **variables)

    assert (done.code, list(folder.iterdir())) == (0, [])
    (line,) = done.log.splitlines()
    assert line.startswith(f"Spans are not kept on disk, since the spool {folder}/.verspan/spool/otlp-"), line
    assert "Read-only file system. They wait in memory" in line
    assert len(place.ended()) == ORDERS + 1
    assert place.collected() == place.ended()
