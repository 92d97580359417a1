"""The command itself: looks at everything, says it, and exits with 1 where there is a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json, print_rich, stdout_console

if TYPE_CHECKING:
    from rich.table import Table

    from verspan.cli.doctor.findings import Finding

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


@click.command()
@store_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, store_place: str | None, as_json: bool) -> None:
    """Say what would be recorded here, where it would go, and what to mend.

    Looks at the installed instrumentors and their clients, at where spans go with this environment and whether
    somebody is there, at the store and at what waits on its way, at the version that spans would belong to, at what may
    be kept, sent and told to others, and at the variables that are set. Run it in the application's folder and
    environment. Nothing is changed; a collector is waited for at most a second.

    Exits with 1 where there is a problem (✗), with 0 where there are at most warnings (!).

    \b
    Examples:
      verspan doctor
      verspan doctor --json | jq '.findings[] | select(.level != "ok")'

    \b
    JSON: {"findings": [{"area", "subject", "level": "ok" | "warning" |
      "problem", "message", "remedy": text or null}],
      "counts": {"ok", "warning", "problem"}}
    """  # noqa: D301 - \b tells click to keep the lines below it
    findings = _examine(store_place)
    counts = Counter(finding.level.value for finding in findings)
    if as_json:
        print_json({"findings": findings, "counts": {level: counts[level] for level in _MARKS}})
    else:
        print_rich(stdout_console(), _report(findings))
        hint(f"\nproblems: {counts['problem']}, warnings: {counts['warning']}")
    ctx.exit(1 if counts["problem"] else 0)


def _examine(store_place: str | None) -> list[Finding]:
    from verspan.cli.doctor import clients, destinations, environment, policies, spool, store, version
    from verspan.cli.doctor.findings import guarded, warnings_as_findings
    from verspan.settings import resolve_settings

    misread: list[Finding] = []
    with warnings_as_findings(environment.VARIABLES, "settings", misread):
        settings = resolve_settings(store=store_place)
    return [
        *guarded(environment.INSTALLATION, environment.check_installation),
        *guarded(clients.AREA, clients.check_clients),
        *guarded(destinations.AREA, lambda: destinations.check_destinations(settings)),
        *guarded(store.AREA, lambda: store.check_store(settings)),
        *guarded(spool.AREA, lambda: spool.check_spool(settings)),
        *guarded(version.AREA, lambda: version.check_version(Path.cwd())),
        *guarded(environment.CONTENT, lambda: environment.check_content(settings)),
        *guarded(policies.REDACTION, lambda: policies.check_redaction(settings)),
        *guarded(policies.SAMPLING, lambda: policies.check_sampling(settings)),
        *guarded(policies.PROPAGATION, lambda: policies.check_propagation(settings)),
        *guarded(environment.VARIABLES, environment.check_variables),
        *misread,
    ]


def _report(findings: Sequence[Finding]) -> Table:
    from rich.table import Table
    from rich.text import Text

    report = Table.grid(padding=(0, 2))
    previous = ""
    for finding in findings:
        mark, style = _MARKS[finding.level.value]
        text = Text(one_line(finding.message), overflow="fold")
        if finding.remedy:
            text.append(f"\n{one_line(finding.remedy)}", style)
        area = finding.area if finding.area != previous else ""
        report.add_row(Text(area, "dim"), Text(mark, style), text)
        previous = finding.area
    return report
