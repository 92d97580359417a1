"""``verspan package``: what a package is, agreeing to it, and the image of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json

if TYPE_CHECKING:
    from verspan.packaging.archive import PackageArchive

_SHOWN_FILES = 20

package_argument = click.argument("reference", metavar="PACKAGE", shell_complete=complete_models)


@click.group()
def package() -> None:
    """Look at the package of a version, agree that it may run, or write the Dockerfile of its image.

    PACKAGE is a version's name, id or alias, or the path of a package. A package is made by verspan.package.

    \b
    Examples:
      verspan package show shop-agent-v1
      verspan package trust 4f1c…
      verspan package dockerfile shop-agent-v1 image
    """  # noqa: D301 - \b tells click to keep the lines below it


@package.command()
@package_argument
@store_option
@json_option
def show(*, reference: str, store_place: str | None, as_json: bool) -> None:
    """Show what a package holds, and whether you have agreed that it may run. No code of it runs.

    \b
    Examples:
      verspan package show shop-agent-v1
      verspan package show package.zip --json | jq -r .package.digest

    \b
    JSON: {"package": {"digest", "size", "manifest": {model_id, model_name,
      experiment_name, git, entry_point, python, files: [{path, digest, size,
      executable}]}}, "trusted": true or false, "config": {…}}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.packaging.trust import is_trusted

    archive = read_reference(reference, store_place)
    trusted = is_trusted(archive.package.digest)
    if as_json:
        print_json({"package": archive.package, "trusted": trusted, "config": archive.config()})
        return
    for line in _lines(archive):
        click.echo(one_line(line))
    if not trusted:
        hint(f"\nnobody has agreed to it: verspan package trust {archive.package.digest}")


@package.command()
@click.argument("digest", metavar="HASH")
@click.option("--withdraw", is_flag=True, help="No longer agree to it.")
def trust(*, digest: str, withdraw: bool) -> None:
    """Agree that the package with a hash may run as you: by verspan.load_model, and by verspan serve.

    HASH is the whole SHA-256 of the package, which `verspan package show` prints. The agreement is kept in your
    configuration folder.

    \b
    Examples:
      verspan package trust 1e544b7d0ba693f878101ddc5659c10a10719c31b4eed9664fab5fd2340c41f4
      verspan package trust --withdraw 1e544b7d0ba693f878101ddc5659c10a10719c31b4eed9664fab5fd2340c41f4
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.packaging import trust as record

    checked = record.checked_digest(digest)
    (record.withdraw if withdraw else record.agree)(checked)
    hint(f"{'no longer agreed to' if withdraw else 'agreed to'} {checked} in {record.record_path()}")


@package.command()
@package_argument
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
@store_option
def dockerfile(*, reference: str, folder: Path, overwrite: bool, store_place: str | None) -> None:
    """Write a Dockerfile and what it needs into FOLDER, for an image that serves the package.

    \b
    Examples:
      verspan package dockerfile shop-agent-v1 image
      docker build --tag shop-agent image
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.packaging.dockerfile import write_dockerfile

    for path in write_dockerfile(read_reference(reference, store_place), folder, overwrite=overwrite):
        click.echo(path)
    hint(f"build it: docker build --tag IMAGE {folder}")


def read_reference(reference: str, store_place: str | None) -> PackageArchive:
    """The package that somebody typed: the path of one, or a version in a store.

    Raises:
        InvalidArgumentError: it is refused.
        NotFoundError: there is no such file or version, or the version has no package.
        StoreError: the store or the artifact root cannot be used.
    """
    from verspan.packaging.archive import PackageArchive
    from verspan.packaging.finding import copied, is_path, package_of
    from verspan.versions.resolving import resolve_model

    if is_path(reference):
        return PackageArchive(copied(Path(reference)))
    with required_store(store_place) as store:
        return PackageArchive(package_of(store, resolve_model(store, reference)))


def _lines(archive: PackageArchive) -> list[str]:
    from verspan.packaging.locks import pins

    package, manifest = archive.package, archive.package.manifest
    lock = archive.lock()
    told = {
        "version": f"{manifest.model_name} ({manifest.model_id}) of {manifest.experiment_name}",
        "package": f"sha256:{package.digest}, {package.size} bytes",
        "entry point": manifest.entry_point,
        "python": manifest.python,
        "commit": manifest.git.commit if manifest.git and manifest.git.commit else "not known",
        "config": ", ".join(archive.config()) or "none",
        "lock": "none" if lock is None else f"{len(pins(lock))} packages",
        "files": str(len(manifest.files)),
    }
    files = [f"  {file.digest[:12]}  {file.size:>9}  {file.path}" for file in manifest.files]
    more = [f"  … {len(files) - _SHOWN_FILES} more: --json lists them"] if len(files) > _SHOWN_FILES else []
    return [*(f"{name:<12} {value}" for name, value in told.items()), *files[:_SHOWN_FILES], *more]
