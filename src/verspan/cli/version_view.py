"""How versions look: a list with figures, and one version whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from verspan.cli.listing import Column, id_column
from verspan.cli.quantities import NOTHING, count, duration, local_time, tokens, usd
from verspan.cli.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from verspan.prompts.model import PromptVersion
    from verspan.traces.model import Figures
    from verspan.versions.capture.model import KeptCapture
    from verspan.versions.model import GitState, LoggedModel

_NS_PER_MS = 1_000_000
_ID_PREFIX = len("m-")
_SHORT_COMMIT = 8


def version_columns(models: Sequence[LoggedModel], figures: Sequence[Figures]) -> list[Column]:
    """The columns of a list of versions.

    Args:
        models: the versions, in order.
        figures: what the calls of each came to, in the same order.
    """
    return [
        Column("name", [model.name for model in models], least=20, keeps_end=True, style="bold"),
        *_alias_column(models),
        id_column("id", [model.model_id for model in models], rank=5, digits_from=_ID_PREFIX),
        Column("experiment", [model.experiment_name for model in models], rank=6, least=10),
        Column("status", [_status(model) for model in models], rank=8),
        Column("created", [local_time(model.creation_timestamp * _NS_PER_MS) for model in models], rank=4),
        Column("code", [code(model.git) for model in models], rank=7, least=10),
        Column("traces", [count(each.traces) for each in figures], rank=3, right=True),
        Column("calls", [count(each.calls) for each in figures], right=True),
        Column(
            "errors",
            [count(each.errors) for each in figures],
            right=True,
            styles=["red" if each.errors else "" for each in figures],
        ),
        Column("tokens", [tokens(each.input_tokens, each.output_tokens) for each in figures], rank=1, right=True),
        Column("cost", [usd(each.cost_usd, unpriced_calls=each.unpriced_calls) for each in figures], right=True),
        Column("p50", [duration(each.p50_ms) for each in figures], rank=2, right=True),
        Column("p95", [duration(each.p95_ms) for each in figures], right=True),
    ]


def _alias_column(models: Sequence[LoggedModel]) -> list[Column]:
    aliases = [", ".join(model.aliases) for model in models]
    return [Column("aliases", aliases, rank=4, least=10, style="green")] if any(aliases) else []


def _status(model: LoggedModel) -> str:
    return model.status.value if model.deleted_timestamp is None else f"{model.status.value}, deleted"


def code(git: GitState | None) -> str:
    """The code of a version in a few letters: ``main@1a2b3c4d dirty``."""
    if git is None:
        return NOTHING
    commit = git.commit[:_SHORT_COMMIT] if git.commit else "no commit"
    return f"{git.branch or 'detached'}@{commit}{' dirty' if git.dirty else ''}"


def version_details(
    model: LoggedModel, figures: Figures, prompts: Sequence[PromptVersion], captures: Sequence[KeptCapture]
) -> Table:
    """Everything that is known of one version, a line each."""
    from rich.table import Table
    from rich.text import Text

    details = Table.grid(padding=(0, 2))
    for section in (
        _identity(model),
        _git(model.git),
        _calls(figures),
        _links(model),
        _states(model, captures),
        [("prompt", f"{each.name}/{each.version}") for each in prompts],
        _named("param", model.params),
        _named("tag", model.tags),
        _metrics(model),
    ):
        for name, value in section:
            details.add_row(Text(one_line(name), "dim"), Text(one_line(value), overflow="fold"))
    return details


def _identity(model: LoggedModel) -> list[tuple[str, str]]:
    return [
        ("name", model.name),
        ("id", model.model_id),
        ("experiment", f"{model.experiment_name} ({model.experiment_id})"),
        ("status", _status(model)),
        ("created", local_time(model.creation_timestamp * _NS_PER_MS)),
        ("updated", local_time(model.last_updated_timestamp * _NS_PER_MS)),
    ]


def _links(model: LoggedModel) -> list[tuple[str, str]]:
    """What not every version has."""
    deleted = model.deleted_timestamp
    lines = [
        ("aliases", ", ".join(f"{model.experiment_name}@{alias}" for alias in model.aliases)),
        ("note", model.note),
        ("type", model.model_type),
        ("parent", model.parent_model_id),
        ("baseline", model.baseline_model_id),
        ("deleted", deleted and local_time(deleted * _NS_PER_MS)),
    ]
    return [(name, value) for name, value in lines if value]


def _states(model: LoggedModel, captures: Sequence[KeptCapture]) -> list[tuple[str, str]]:
    """The states in which it was seen: its captures, else the fingerprints that telemetry told of."""
    captured = [(each.capture_id, each.first_seen_timestamp) for each in captures]
    told = [(each.fingerprint, each.first_seen_timestamp) for each in model.fingerprints]
    what = "capture" if captured else "fingerprint"
    return [(what, f"{state}, first seen {local_time(seen_ms * _NS_PER_MS)}") for state, seen_ms in captured or told]


def _metrics(model: LoggedModel) -> list[tuple[str, str]]:
    """The last value of each metric, for each of the data that it was measured on."""
    last = {(metric.key, metric.dataset_name): metric.value for metric in model.metrics}
    return [(f"metric {key}", f"{value:g}{f' on {data}' if data else ''}") for (key, data), value in last.items()]


def _git(git: GitState | None) -> list[tuple[str, str]]:
    if git is None:
        return [("code", "not in a git repository")]
    dirty = {True: "changed since the commit", False: "as committed", None: NOTHING}[git.dirty]
    return [
        ("commit", git.commit or "none yet"),
        ("branch", git.branch or "detached HEAD"),
        ("remote", git.remote_url or NOTHING),
        ("files", dirty),
    ]


def _calls(figures: Figures) -> list[tuple[str, str]]:
    return [
        ("traces", str(figures.traces)),
        ("calls", f"{figures.calls}, {figures.errors} of them failed"),
        ("tokens", f"{figures.input_tokens:,} in, {figures.output_tokens:,} out"),
        ("cost", _cost(figures)),
        ("call p50", duration(figures.p50_ms)),
        ("call p95", duration(figures.p95_ms)),
        ("first seen", local_time(figures.first_seen_ns)),
        ("last seen", local_time(figures.last_seen_ns)),
    ]


def _cost(figures: Figures) -> str:
    known = usd(figures.cost_usd)
    if not figures.unpriced_calls:
        return known
    return f"{known}, without {figures.unpriced_calls} calls whose price is not known"


def _named(what: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"{what} {name}", value) for name, value in sorted(values.items())]
