"""The files that an image of a package is built from."""

from __future__ import annotations

import json
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.locks import pins
from verspan.packaging.model import LOCK_PATH, PACKAGE_PATH

_DOCKERFILE: Final = "Dockerfile"
_IGNORE: Final = ".dockerignore"
_CONSTRAINTS: Final = "constraints.txt"
_PORT: Final = 8000
_PIP: Final = "RUN python -m pip install --no-cache-dir"
_HASHES: Final = re.compile(r"\s*\\?\s*--hash=\S+|\s*\\$", re.MULTILINE)

_TEMPLATE: Final = """\
# {name} ({model_id}) of {experiment}
# Package sha256:{digest}
FROM python:{python}-slim
RUN useradd --create-home --uid 10001 app
WORKDIR /home/app
{install}
COPY {package} ./
USER app
EXPOSE {port}
HEALTHCHECK --start-period=30s CMD {health}
# Traces go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; without one they stay in the container.
ENTRYPOINT {command}
"""


def write_dockerfile(archive: PackageArchive, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write what `docker build` needs into a folder: the Dockerfile, the package, its lock, and what to leave out.

    Args:
        archive: the package; building and running the image is agreeing to its hash.
        folder: made where it is not there.
        overwrite: whether files that are there are replaced.

    Returns:
        The files.

    Raises:
        InvalidArgumentError: a file is there, or cannot be written.
    """
    texts = _texts(archive)
    paths = [folder / name for name in (*texts, PACKAGE_PATH)]
    taken = [str(path) for path in paths if path.exists()]
    if taken and not overwrite:
        raise InvalidArgumentError(f"{', '.join(taken)} would be overwritten: give another folder, or --overwrite")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        shutil.copyfile(archive.path, folder / PACKAGE_PATH)
    except OSError as error:
        raise InvalidArgumentError(f"{str(folder)!r} cannot be written: {error.strerror or error}") from error
    return paths


def _texts(archive: PackageArchive) -> dict[str, str]:
    lock = archive.lock() or ""
    names = [LOCK_PATH, _CONSTRAINTS] if lock else []
    texts = {LOCK_PATH: lock, _CONSTRAINTS: _HASHES.sub("", lock)} if lock else {}
    kept = "".join(f"!{name}\n" for name in (*names, PACKAGE_PATH))
    return {_DOCKERFILE: _dockerfile(archive, lock), _IGNORE: f"*\n{kept}", **texts}


def _dockerfile(archive: PackageArchive, lock: str) -> str:
    manifest = archive.package.manifest
    health = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{_PORT}/health', timeout=3)"
    served = ["verspan", "serve", f"/home/app/{PACKAGE_PATH}", "--no-env-from-lock", "--host", "0.0.0.0"]  # noqa: S104 - in a container
    return _TEMPLATE.format(
        name=manifest.model_name,
        model_id=manifest.model_id,
        experiment=manifest.experiment_name,
        digest=archive.package.digest,
        python=manifest.python,
        install="\n".join(_install(lock)),
        package=PACKAGE_PATH,
        port=_PORT,
        health=json.dumps(["python", "-c", health]),
        command=json.dumps([*served, "--port", str(_PORT), "--trust", archive.package.digest]),
    )


def _install(lock: str) -> list[str]:
    """The lock first and with its hashes checked, then Verspan with what the lock leaves room for."""
    version = "" if "verspan" in pins(lock) else f"=={metadata.version('verspan')}"
    if not lock:
        return [f'{_PIP} "verspan[serve,otlp]{version}"']
    return [
        f"COPY {LOCK_PATH} {_CONSTRAINTS} ./",
        f"{_PIP} --require-hashes -r {LOCK_PATH}",
        f'{_PIP} --constraint {_CONSTRAINTS} "verspan[serve,otlp]{version}"',
    ]
