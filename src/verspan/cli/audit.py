"""``verspan audit`` and what is below it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verspan.audit.model import AuditQuery, Verification
from verspan.cli.opening import nothing_recorded, opened_store, required_store
from verspan.cli.options import json_option, store_option, typed_time
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.errors import NotFoundError

if TYPE_CHECKING:
    from verspan.store.interface import Store

_SHOWN = 50
_NS_PER_MS = 1_000_000

_actor_option = click.option("--actor", metavar="WHO", help="Only changes that this one made.")
_subject_option = click.option(
    "--subject", metavar="NAME_OR_ID", help="Only changes of this version, prompt, environment or whatever else."
)
_yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
_reason_option = click.option("--reason", metavar="TEXT", help="What the log is to say of it; name nobody in it.")


@click.group(invoke_without_command=True)
@store_option
@click.option("--action", metavar="ACTION", help="Only this action, as model.tag, or all of a subject, as model.")
@_subject_option
@_actor_option
@click.option("--since", "since_ns", metavar="TIME", callback=typed_time, help="Made then or later.")
@click.option("--until", "until_ns", metavar="TIME", callback=typed_time, help="Made before then.")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many, newest first.")
@json_option
@click.pass_context
def audit(  # noqa: PLR0913 - a parameter for each option
    ctx: click.Context,
    *,
    store_place: str | None,
    action: str | None,
    subject: str | None,
    actor: str | None,
    since_ns: int | None,
    until_ns: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List every change of a record, newest first: who made it, when, from where, what was before and what is after.

    The log is chained by hashes, so that it shows when it is altered: `verspan audit verify`. Who makes a change is the
    user of the operating system, or what VERSPAN_ACTOR says. TIME is as for `verspan traces`.

    \b
    Examples:
      verspan audit --subject customer_support_agent-1a2b3c4d
      verspan audit --action alias --since 1w
      verspan audit --actor ada --json | jq '.entries[].after'
      verspan audit verify
      verspan audit export audit.jsonl

    \b
    JSON: {"entries": [{sequence, timestamp (ms), time (ISO), action,
      subject_kind, subject_id, actor, origin {host, program, pid,
      working_directory, interface}, before, after, erased_by, hash}],
      "more": true or false}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is not None:
        return
    with opened_store(store_place) as store:
        found = []
        if store:
            subject_id = None if subject is None else _subject_id(store, subject)
            query = AuditQuery(action, None, subject_id, actor, _ms(since_ns), _ms(until_ns))
            found = list(store.audit.find(query, limit + 1))
    listed, more = found[:limit], len(found) > limit
    if as_json:
        print_json({"entries": listed, "more": more})
    elif listed:
        from verspan.cli.audit_view import entry_columns

        print_table(entry_columns(listed))
    if more:
        hint(f"there are more: --limit {limit * 4}")
    if not listed:
        hint("no change is noted that matches" if store else nothing_recorded(store_place))


@audit.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@store_option
@click.option(
    "--anchor",
    "anchors",
    metavar="COUNT:HASH",
    multiple=True,
    help="The log's head at another time, as this command printed it then. Repeat it for several.",
)
@json_option
@click.pass_context
def verify(
    ctx: click.Context, *, file: Path | None, store_place: str | None, anchors: Sequence[str], as_json: bool
) -> None:
    """Check that no entry of the log was altered, none is missing, and they are in order.

    FILE is a log that `verspan audit export` wrote; without it, the store's log is checked. Exits with 1 where
    something is wrong, and names the first entry that is not as it was written.

    Whoever may write the store could write the whole log anew. So keep the anchor that is printed where they may not,
    in another repository or with your releases, and give it with --anchor.

    \b
    Examples:
      verspan audit verify
      verspan audit verify --anchor 120:0a1b…
      verspan audit verify audit.jsonl

    \b
    JSON: {"ok": true or false, "source", "entries", "erased", "anchor":
      "COUNT:HASH", "problem": {sequence, what} or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.audit.log import verify_file, verify_records
    from verspan.audit.verification import parse_anchor

    parsed = [parse_anchor(anchor) for anchor in anchors]
    if file is not None:
        found = verify_file(file, parsed, _tell)
    else:
        with required_store(store_place) as store:
            found = verify_records(store.location, store.audit, parsed, _tell)
    _say_verified(found, as_json=as_json)
    ctx.exit(0 if found.ok else 1)


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@store_option
def export(*, file: Path, store_place: str | None) -> None:
    """Write the whole log to FILE, or to stdout for -, as JSON lines with everything that its hashes are made of.

    Anybody can check it: `verspan audit verify FILE`, or a program of twenty lines in any language
    (docs/audit.md).

    \b
    Examples:
      verspan audit export audit.jsonl
      verspan audit export - | gzip > audit.jsonl.gz
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.audit.log import export_records
    from verspan.audit.transcript import lines_of

    with required_store(store_place) as store:
        if str(file) == "-":
            with store.audit.reading() as log:
                sys.stdout.buffer.writelines(lines_of(log))
            return
        head = export_records(store.audit, file)
    click.echo(f"{file}: {_entries(head.count)}")
    hint(f"keep its anchor elsewhere: {head}")


@audit.command()
@store_option
@_actor_option
@_subject_option
@click.option("--entry", "sequences", metavar="NUMBER", type=click.IntRange(min=1), multiple=True, help="This entry.")
@click.option("--before", "before_ns", metavar="TIME", callback=typed_time, help="Only changes made before then.")
@_reason_option
@_yes_option
@json_option
def erase(  # noqa: PLR0913 - a parameter for each option
    *,
    store_place: str | None,
    actor: str | None,
    subject: str | None,
    sequences: Sequence[int],
    before_ns: int | None,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase for good who made changes, from where, and what the records were before and after.

    What was done, to what and when stays, and so does the chain: `verspan audit verify` still finds it whole, and an
    entry tells of the erasure. Every condition that is given must match.

    \b
    Examples:
      verspan audit erase --actor ada@example.com --reason "request 17"
      verspan audit erase --entry 12 --entry 13

    \b
    JSON: {"erased", "sequence": the entry that tells of it, or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        subject_id = None if subject is None else _subject_id(store, subject)
        query = AuditQuery(subject_id=subject_id, actor=actor, until_ms=_ms(before_ns), sequences=sequences)
        _erase(store, query, reason, yes=yes, as_json=as_json)


@audit.command()
@store_option
@click.option("--before", "before_ns", metavar="TIME", required=True, callback=typed_time, help="Older than this.")
@_reason_option
@_yes_option
@json_option
def prune(*, store_place: str | None, before_ns: int, reason: str | None, yes: bool, as_json: bool) -> None:
    """Erase the contents of old entries, as `verspan audit erase` does; the entries themselves stay.

    \b
    Examples:
      verspan audit prune --before 2025-01-01
      verspan audit prune --before 52w --yes

    \b
    JSON: {"erased", "sequence": the entry that tells of it, or null}
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        _erase(store, AuditQuery(until_ms=_ms(before_ns)), reason, yes=yes, as_json=as_json)


def _erase(store: Store, query: AuditQuery, reason: str | None, *, yes: bool, as_json: bool) -> None:
    from verspan.audit.log import check_erasure

    check_erasure(query)
    if not yes:
        click.confirm(f"Erase contents from the audit log of {store.location}, for good?", abort=True, err=True)
    done = store.audit.erase(query, reason)
    if as_json:
        print_json(done)
    elif done.erased:
        click.echo(f"erased from {_entries(done.erased)}; entry {done.sequence} tells of it")
    else:
        click.echo("nothing to erase")


def _subject_id(store: Store, text: str) -> str:
    """The id of the version that is meant, or the text where it is the name of something else."""
    from verspan.versions.resolving import resolve_model

    try:
        return resolve_model(store, text, beginnings=False, include_deleted=True).model_id
    except NotFoundError:
        return text


def _say_verified(found: Verification, *, as_json: bool) -> None:
    if as_json:
        document = {"source": found.source, "entries": found.entries, "erased": found.erased}
        print_json({"ok": found.ok, **document, "anchor": str(found.head), "problem": found.problem})
    elif found.problem:
        click.secho(f"entry {found.problem.sequence}: {one_line(found.problem.what)}", fg="red")
        hint(f"as they were written: {_entries(found.entries)} before it")
    else:
        erased = f", {found.erased} of them with their contents erased" if found.erased else ""
        click.echo(f"{found.source}: {_entries(found.entries)}{erased}, each as it was written")
        hint(f"keep this elsewhere, to check a later log against: --anchor {found.head}")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _tell(count: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{count:,} entries ", err=True, nl=False)


def _ms(time_ns: int | None) -> int | None:
    return None if time_ns is None else time_ns // _NS_PER_MS
