"""Which clients' calls are recorded: installed instrumentors, the clients they are made for, and who else is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from verspan.cli.doctor.findings import Finding, Level
from verspan.members import ENTRY_POINT_GROUP, NAME_PREFIX, installed_members

AREA = "clients"
_DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
_INSTRUMENTS = {"extra": "instruments"}
_NATIVE_SINCE = {"anthropic": ("1.14", "ANTHROPIC_OPEN_TELEMETRY")}
"""Clients with spans of their own that are on unless a variable says no: since which version, and the variable."""


def check_clients() -> list[Finding]:
    """What is instrumented in this environment."""
    members = installed_members()
    if not members:
        message = "No instrumentor is installed: no client's calls are recorded."
        return [Finding(AREA, "instrumentors", Level.PROBLEM, message, "pip install 'verspan[openai]'")]
    return [*(finding for member in members for finding in (*_client(member), *_doubles(member))), *_native()]


def client_requirements(entry_point: EntryPoint) -> list[Requirement]:
    """The client packages and versions that an instrumentor's distribution says it is made for."""
    declared = entry_point.dist.requires if entry_point.dist else None
    requirements = [Requirement(line) for line in declared or ()]
    return [
        each
        for each in requirements
        if each.marker and "extra" in str(each.marker) and each.marker.evaluate(_INSTRUMENTS)
    ]


def _client(member: EntryPoint) -> Iterator[Finding]:
    made_by = _distribution(member)
    if member.name in _disabled():
        message = f"{made_by} is switched off for `opentelemetry-instrument` by {_DISABLED}."
        yield Finding(AREA, member.name, Level.WARNING, message, f"Take {member.name} out of {_DISABLED}.")
    for client in client_requirements(member):
        yield _installed(made_by, client)


def _installed(made_by: str, client: Requirement) -> Finding:
    try:
        found = version(client.name)
    except PackageNotFoundError:
        message = f"{client.name} is not installed, so {made_by} has nothing to record."
        return Finding(AREA, client.name, Level.WARNING, message, f"pip install '{client.name}{client.specifier}'")
    if client.specifier.contains(found, prereleases=True):
        message = f"{client.name} {found} is recorded by {made_by} ({client.name}{client.specifier})."
        return Finding(AREA, client.name, Level.OK, message)
    message = f"{client.name} {found} is not among the versions that {made_by} is made for: spans may lack something."
    return Finding(AREA, client.name, Level.WARNING, message, f"pip install '{client.name}{client.specifier}'")


def _doubles(member: EntryPoint) -> Iterator[Finding]:
    clients = {client.name for client in client_requirements(member)}
    for other in entry_points(group=ENTRY_POINT_GROUP):
        same = clients.intersection(client.name for client in client_requirements(other))
        if same and not other.name.startswith(NAME_PREFIX) and other.name not in _disabled():
            client = min(same)
            message = (
                f"{_distribution(other)} instruments {client} too: `opentelemetry-instrument` gives two spans a call."
            )
            remedy = f"Uninstall one of them, or set {_DISABLED}={other.name}."
            yield Finding(AREA, client, Level.WARNING, message, remedy)


def _native() -> Iterator[Finding]:
    """Clients that make spans themselves, beside instrumentors of others that know nothing of it."""
    for other in entry_points(group=ENTRY_POINT_GROUP):
        if other.name.startswith(NAME_PREFIX) or other.name in _disabled():
            continue
        for client in {each.name for each in client_requirements(other)} & _NATIVE_SINCE.keys():
            since, switch = _NATIVE_SINCE[client]
            if _is_installed(client, since) and os.environ.get(switch, "").strip().lower() != "false":
                message = f"{client} makes spans itself, and {_distribution(other)} makes one of the same call."
                remedy = f"Set {switch}=false, or uninstall {other.dist.name if other.dist else other.value}."
                yield Finding(AREA, client, Level.WARNING, message, remedy)


def _is_installed(client: str, since: str) -> bool:
    try:
        return Version(version(client)) >= Version(since)
    except (PackageNotFoundError, InvalidVersion):
        return False


def _distribution(entry_point: EntryPoint) -> str:
    return f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist else entry_point.value


def _disabled() -> set[str]:
    return {name.strip() for name in os.environ.get(_DISABLED, "").split(",")}
