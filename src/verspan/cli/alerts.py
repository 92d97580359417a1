"""``verspan alerts``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from verspan.cli.failures import NEGATIVE
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.terminal import hint, one_line, print_json
from verspan.semconv import ENV_WEBHOOK_SECRET, ENV_WEBHOOK_URL
from verspan.settings import store_folder, store_url

if TYPE_CHECKING:
    from verspan.alerts.checking import Tell
    from verspan.alerts.model import Report

UNTOLD = 3
"""A webhook could not be told: whoever waits for it knows nothing."""
_STATE_FILE = "alerts.json"


@click.group()
def alerts() -> None:
    """Check rules over live traffic: `verspan alerts check rules.toml`, from cron or CI.

    \b
    Examples:
      verspan alerts check rules.toml
      verspan alerts check --help
    """  # noqa: D301 - \b tells click to keep the lines below it


@alerts.command()
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--webhook",
    "address",
    metavar="URL",
    envvar=ENV_WEBHOOK_URL,
    show_envvar=True,
    help="POST what begins and what ends there; signed where VERSPAN_WEBHOOK_SECRET is set.",
)
@click.option(
    "--state",
    "state_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What has been told; else alerts.json in the store's folder.",
)
@store_option
@json_option
def check(rules: Path, address: str | None, state_file: Path | None, store_place: str | None, *, as_json: bool) -> None:
    """Check the rules in a TOML file, and tell once of each that begins to fire and of each that has ended.

    A rule fires when what it demands is shown not to be so, with the evidence that a gate would ask for, and ends when
    it is shown to be so; in between it stays what it was.

    Exits with 0 where nothing fires, 1 where something does or could not be checked, 2 where a rule is wrong, and 3
    where the webhook could not be told (which is tried again at the next check).

    \b
    Examples:
      verspan alerts check rules.toml
      */5 * * * *  verspan alerts check rules.toml --webhook https://example.org/hook
      verspan alerts check rules.toml --json | jq -r '.firing[]'

    \b
    JSON: {"firing": [name], "findings": [{rule: {name, metric, …}, state,
      found}], "events": [{event: began or ended, alert, found, metric,
      environment, version, began, time, delivery}], "untold": [text]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.comparison.installed import check_installed

    check_installed()
    from verspan.alerts.checking import check as checked
    from verspan.alerts.reading import read_rules
    from verspan.alerts.remembering import Memory

    read = read_rules(rules)
    memory = Memory(state_file or store_folder(store_url(store_place)) / _STATE_FILE)
    tell = None if address is None else _teller(address)
    with required_store(store_place) as store:
        report = checked(store, read, memory, time.time_ns(), tell)
    print_json(report) if as_json else _print(report)
    for problem in report.untold:
        hint(f"not told: {problem}")
    if report.untold:
        raise Exit(UNTOLD)
    if report.firing:
        raise Exit(NEGATIVE)


def _teller(address: str) -> Tell:
    from verspan.alerts.webhook import Webhook, post

    webhook = Webhook(address, os.environ.get(ENV_WEBHOOK_SECRET))
    return lambda body: post(webhook, body)


def _print(report: Report) -> None:
    new = {event.alert: event.event.value for event in report.events}
    for finding in report.findings:
        name = finding.rule.name
        state = new.get(name) or ("firing" if name in report.firing else finding.state.value)
        click.echo(one_line(f"{state:8} {name}: {finding.found}"))
