"""``verspan agreement``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from verspan.cli.completing import complete_models
from verspan.cli.listing import Column
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json, print_table

if TYPE_CHECKING:
    from verspan.agreement.model import Agreement, JudgeAgreement

_SHOWN = 20


@click.command()
@click.argument("name")
@click.option("--human", metavar="NAME", help="The name under which people judged it, where that is another.")
@click.option("--judge", metavar="MODEL", help="Only this judge: its model, or a scorer with its version.")
@click.option("--run", "run_id", metavar="RUN", help="Only judgements of this evaluation run.")
@click.option(
    "--model", "version", metavar="NAME_OR_ID", shell_complete=complete_models, help="Only traces of this version."
)
@click.option("--rows", type=click.IntRange(min=0), default=_SHOWN, show_default=True, help="How many disagreements.")
@store_option
@json_option
def agreement(  # noqa: PLR0913 - a parameter for each option
    *,
    name: str,
    human: str | None,
    judge: str | None,
    run_id: str | None,
    version: str | None,
    rows: int,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Say how far judges agree with people, over the traces that both have judged.

    NAME is what is judged, such as correctness. For each judge there are the raw agreement, Cohen's kappa with its
    interval (weighted where numbers were found), a table of what both found, and what they found otherwise, farthest
    apart first. Where several people judged the same, there is also how far these agree (Krippendorff's alpha).

    \b
    Examples:
      verspan agreement correctness
      verspan agreement correctness --human correct --judge openai:/gpt-4o-mini
      verspan agreement correctness --json | jq '.judges[] | [.judge, .kappa.value]'

    \b
    JSON: {"name", "human_name", "judges": [{judge, labels, categories, table,
      raw: {value, interval: {low, high}, method} or null, kappa: likewise,
      disagreements: [{trace_id, span_id, human, judge, distance,
      human_rationales, judge_rationale}], without_person, without_judgement,
      warnings}], "people": {raters, units, alpha} or null, "everyone":
      likewise, "confidence"}; all disagreements, whatever --rows says.

    \b
    Exit codes: 0, whatever is found; 1 where there is nothing to compare.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.agreement.asking import agreement_in

    with required_store(store_place) as store:
        found = agreement_in(store, name, human=human, judge=judge, run_id=run_id, version=version)
    if as_json:
        print_json(found)
    else:
        _print(found, rows)


def _print(found: Agreement, rows: int) -> None:
    from verspan.agreement.words import estimated, strength, table_lines

    for judge in found.judges:
        click.echo(f"{one_line(found.name)} by {one_line(judge.judge)}, beside people: {judge.labels} traces")
        if judge.raw is not None:
            click.echo(f"raw agreement  {estimated(judge.raw, percent=True)}")
            called = "" if judge.kappa is None else f", {strength(judge.kappa.value)}"
            click.echo(f"kappa          {estimated(judge.kappa)}{called}")
            for line in table_lines(judge):
                click.echo(one_line(line))
        _print_disagreements(judge, rows)
        for warning in judge.warnings:
            hint(warning)
    for who, several in (("people among themselves", found.people), ("people and judges", found.everyone)):
        if several is not None:
            click.echo(f"{who}: alpha {estimated(several.alpha)}, {len(several.raters)} raters, {several.units} traces")


def _print_disagreements(judge: JudgeAgreement, rows: int) -> None:
    from verspan.agreement.words import shown

    apart = judge.disagreements[:rows]
    if apart:
        print_table(
            [
                Column("trace", [each.trace_id for each in apart], style="cyan", least=8),
                Column("people", [shown(each.human) for each in apart], least=6),
                Column("judge", [shown(each.judge) for each in apart], least=6),
                Column("the judge's rationale", [each.judge_rationale or "-" for each in apart], rank=1, least=12),
                Column("people's", [" / ".join(each.human_rationales) or "-" for each in apart], rank=2, least=12),
            ]
        )
    more = len(judge.disagreements) - len(apart)
    if more:
        hint(f"disagreements that are not shown: {more}; --rows {len(judge.disagreements)} shows all")
