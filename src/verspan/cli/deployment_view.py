"""The columns of ``verspan live`` and ``verspan deployments``."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, count, local_time
from verspan.deployments.model import Adoption, Contradiction, Deployment, Live, LiveVersion, Presence, Share

_NS_PER_MS = 1_000_000
_NO_ENVIRONMENT = "(none)"
_STYLES = {Adoption.ADOPTED: "green", Adoption.ROLLED_BACK: "red", Adoption.UNADOPTED: "yellow", Adoption.REPLACED: ""}


def live_columns(answers: Sequence[Live]) -> list[Column]:
    """What was live, a row for each version."""
    rows = [(answer, version) for answer in answers for version in answer.versions]
    deployments = [version.deployment for _answer, version in rows]
    return [
        _environments([answer.environment for answer, _version in rows]),
        _names([version.model_name for _answer, version in rows]),
        Column("since", [_time(each.start_timestamp if each else None) for each in deployments]),
        Column("until", [_time(each.end_timestamp if each else None) for each in deployments], rank=1),
        Column("by", [(each and each.deployed_by) or NOTHING for each in deployments], rank=2, least=8),
        Column("evidence", [_evidence(version) for _answer, version in rows]),
        Column("last seen", [local_time(version.last_seen_ns) for _answer, version in rows], rank=3),
        Column("next seen", [local_time(version.next_seen_ns) for _answer, version in rows], rank=4),
        Column("share", [_share(version.share) for _answer, version in rows], rank=2, right=True),
    ]


def deployment_columns(deployments: Sequence[Deployment]) -> list[Column]:
    """What the ledger says, a row for each deployment."""
    return [
        _environments([each.environment for each in deployments]),
        _names([each.model_name for each in deployments]),
        Column("from", [_time(each.start_timestamp) for each in deployments]),
        Column("to", [_time(each.end_timestamp) for each in deployments]),
        Column("by", [each.deployed_by or NOTHING for each in deployments], rank=1, least=8),
        Column("", ["rollback" if each.rollback else "" for each in deployments], rank=2, style="yellow"),
        Column("note", [each.note or NOTHING for each in deployments], rank=3, least=12),
    ]


def presence_columns(presences: Sequence[Presence]) -> list[Column]:
    """What traffic shows, a row for each version."""
    return [
        _environments([each.environment for each in presences]),
        _names([each.model_name for each in presences]),
        Column("first seen", [local_time(each.first_seen_ns) for each in presences]),
        Column("last seen", [local_time(each.last_seen_ns) for each in presences]),
        Column("calls", [count(each.calls) for each in presences], rank=2, right=True),
        Column("share", [_share(each.share) for each in presences], rank=1, right=True),
        Column(
            "is",
            [each.adoption.value.lower().replace("_", " ") for each in presences],
            styles=[_STYLES[each.adoption] for each in presences],
        ),
    ]


def share_columns(shares: Sequence[Share]) -> list[Column]:
    """Versions' shares of the calls, a row for each stretch of time and version."""
    return [
        Column("from", [local_time(each.start_ns) for each in shares]),
        _environments([each.environment for each in shares]),
        _names([each.model_name for each in shares]),
        Column("calls", [count(each.calls) for each in shares], rank=1, right=True),
        Column("share", [_share(each.share) for each in shares], right=True),
    ]


def contradiction_columns(found: Sequence[Contradiction]) -> list[Column]:
    """What the ledger and the traffic disagree about, a row for each."""
    return [
        _environments([each.environment for each in found]),
        _names([each.model_name for each in found]),
        Column("from", [local_time(each.start_ns) for each in found], rank=1),
        Column("to", [local_time(each.end_ns) for each in found], rank=2),
        Column("what", [each.what for each in found], least=20, style="yellow"),
    ]


def _environments(names: Sequence[str]) -> Column:
    return Column("environment", [name or _NO_ENVIRONMENT for name in names], least=11)


def _names(names: Sequence[str]) -> Column:
    return Column("version", names, least=12, keeps_end=True, style="bold")


def _time(timestamp: int | None) -> str:
    return NOTHING if timestamp is None else local_time(timestamp * _NS_PER_MS)


def _evidence(version: LiveVersion) -> str:
    if version.deployment is None:
        return "traffic"
    return "ledger" if version.last_seen_ns is None and version.next_seen_ns is None else "ledger, traffic"


def _share(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.1%}"
