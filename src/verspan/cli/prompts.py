"""``verspan prompts`` and what is below it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from verspan.cli.completing import complete_prompts
from verspan.cli.models_writing import assigned
from verspan.cli.opening import nothing_recorded, opened_store, required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.prompt_view import difference_view, prompt_columns, prompt_details, version_columns
from verspan.cli.terminal import hint, one_line, print_json, print_rich, print_table, stdout_console
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.settings import store_url

if TYPE_CHECKING:
    from verspan.prompts.model import PromptContent, PromptVersion
    from verspan.store.interface import Store

_SHOWN = 50
_LATEST = 10  # versions that are shown below one of them
_CONTENT = ("template", "variables", "response_format", "model_config")
_BESIDE = ("name", "version")  # stand in what `verspan checkout` writes
_START = 'register one with `verspan prompts register NAME --file prompt.txt`, or verspan.register_prompt("NAME", "…")'

_prompt_argument = click.argument("prompt", metavar="NAME[@ALIAS|/NUMBER]", shell_complete=complete_prompts)


@click.group(invoke_without_command=True)
@store_option
@click.option("--filter", "filter_string", metavar="FILTER", help="Only prompts that match, as for search_prompts.")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many, by name.")
@json_option
@click.pass_context
def prompts(
    ctx: click.Context, *, store_place: str | None, filter_string: str | None, limit: int, as_json: bool
) -> None:
    """List the prompts that are registered, with their newest version, aliases and tags.

    \b
    Examples:
      verspan prompts
      verspan prompts --filter "name LIKE 'support%' AND tags.team = 'care'"
      verspan prompts show support@production
      verspan prompts diff support 2 3

    \b
    JSON: {"prompts": [{name, latest_version, creation_timestamp (ms),
      creation_time (ISO), last_updated_timestamp, last_updated_time, tags,
      aliases {alias: version}}], "more": true or false}
    """  # noqa: D301 - \b tells click to keep the lines below it
    if ctx.invoked_subcommand is None:
        _list(store_place, filter_string, limit, as_json=as_json)


@prompts.command()
@_prompt_argument
@store_option
@json_option
def show(*, prompt: str, store_place: str | None, as_json: bool) -> None:
    """Show one version of a prompt, which versions of the application have used it, and the prompt's latest versions.

    NAME alone is the newest version.

    \b
    Examples:
      verspan prompts show support
      verspan prompts show support@production
      verspan prompts show support/3 --json | jq -r .prompt.content.template

    \b
    JSON: {"prompt": {name, version, content {template, variables [{name,
      type, required, default}], response_format, model_config}, digest,
      creation_timestamp, commit_message, tags, aliases, …},
      "used_by": [ids of versions], "versions": [the latest, likewise]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        version = _version(store, prompt)
        users = store.prompts.users_of(version.name, version.version)
        latest = store.prompts.versions(version.name, _LATEST)
    if as_json:
        print_json({"prompt": version, "used_by": users, "versions": latest})
        return
    print_rich(stdout_console(), *prompt_details(version, users))
    click.echo()
    print_table(version_columns(latest))
    hint(f"\nwho changed what: verspan audit --subject {version.name}")


@prompts.command()
@click.argument("name", shell_complete=complete_prompts)
@click.option(
    "--file",
    "file",
    type=click.File("r", encoding="utf-8"),
    required=True,
    help="A text; or JSON (*.json): messages, or an object as `show --json` has as content. - is standard input.",
)
@click.option("--message", metavar="TEXT", help="What has changed.")
@click.option("--tag", "tags", metavar="NAME=VALUE", multiple=True, help="A tag of the version; may be repeated.")
@store_option
@json_option
def register(  # noqa: PLR0913 - a parameter for each option
    *, name: str, file: TextIO, message: str | None, tags: Sequence[str], store_place: str | None, as_json: bool
) -> None:
    """Register a prompt from a file, or a new version of it: each call makes one, with the next number.

    \b
    Examples:
      verspan prompts register support --file support.txt --message "shorter"
      verspan prompts register support --file chat.json --tag author=ann
      echo 'Answer {{ question }}' | verspan prompts register support --file -

    \b
    JSON: {"prompt": {…}}, as `verspan prompts show --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.prompts.checking import checked_message, checked_prompt_name
    from verspan.store.opening import open_store
    from verspan.versions.checking import checked_tags

    named, said, tagged = checked_prompt_name(name), checked_message(message), checked_tags(assigned(tags))
    content = _content_of(file)
    with closing(open_store(store_url(store_place))) as store:
        registered = store.prompts.register(named, content, commit_message=said, tags=tagged)
    _say(registered, f"registered {registered.uri}", as_json=as_json)
    hint(f"give it an alias: verspan prompts alias {named}/{registered.version} production")


@prompts.command()
@_prompt_argument
@click.argument("alias")
@click.option("--remove", is_flag=True, help="Take the alias away from the prompt.")
@store_option
@json_option
def alias(*, prompt: str, alias: str, remove: bool, store_place: str | None, as_json: bool) -> None:
    """Let an alias such as production stand for a version of a prompt, whichever it stood for before.

    NAME alone is the newest version; with another alias, it is the version which that stands for.

    \b
    Examples:
      verspan prompts alias support/3 production
      verspan prompts alias support@candidate production
      verspan prompts alias support candidate --remove
      verspan audit --subject support --action alias      who moved it from where

    \b
    JSON: {"prompt": {…}}, as `verspan prompts show --json` has it.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.prompts.checking import checked_alias

    checked = checked_alias(alias)
    with required_store(store_place) as store:
        version = _version(store, prompt)
        if remove:
            store.prompts.delete_alias(version.name, checked)
            said = f"{version.name}@{checked} is gone"
        else:
            before = store.prompts.set_alias(version.name, checked, version.version)
            was = "" if before in (None, version.version) else f", and was version {before}"
            said = f"{version.name}@{checked} is version {version.version}{was}"
        changed = _version(store, f"{version.name}/{version.version}")
    _say(changed, said, as_json=as_json)


@prompts.command()
@click.argument("name", shell_complete=complete_prompts)
@click.argument("before")
@click.argument("after", required=False)
@store_option
@json_option
def diff(*, name: str, before: str, after: str | None, store_place: str | None, as_json: bool) -> None:
    """Show what changed from one version of a prompt to another: lines, words, variables, configuration.

    BEFORE and AFTER are numbers or aliases; without AFTER it is the newest version. Chats are compared message by
    message.

    \b
    Examples:
      verspan prompts diff support 2 3
      verspan prompts diff support production
      verspan prompts diff support 1 production --json

    \b
    JSON: {"same", "before", "after": versions as `show --json` has them,
      "messages": [{kind, role, lines: [{kind, before, after, pieces: [{kind,
      text}]}]}], "fields": [{field, before, after}]}; kind is equal, removed,
      added or changed
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.prompts.comparing import compared

    with required_store(store_place) as store:
        versions = [_version(store, _address(name, each)) for each in (before, after)]
    difference = compared(*versions)
    if as_json:
        print_json({"same": difference.same, **vars(difference)})
    else:
        print_rich(stdout_console(), *difference_view(difference))


def _list(store_place: str | None, filter_string: str | None, limit: int, *, as_json: bool) -> None:
    from verspan.prompts.records import PromptQuery
    from verspan.versions.search.grammar import parse_filter

    query = PromptQuery(where=parse_filter(filter_string or ""), limit=limit + 1)
    with opened_store(store_place) as store:
        found = store.prompts.find(query) if store else []
    listed, more = found[:limit], len(found) > limit
    if as_json:
        print_json({"prompts": listed, "more": more})
    elif listed:
        print_table(prompt_columns(listed))
    if more:
        hint(f"there are more: --limit {limit * 4}")
    if not listed:
        none = "no prompt matches" if filter_string else f"no prompt yet: {_START}"
        hint(none if store else nothing_recorded(store_place))


def _version(store: Store, text: str) -> PromptVersion:
    from verspan.prompts.addresses import prompt_address
    from verspan.prompts.loading import version_at

    address = prompt_address(text)
    found = version_at(store.prompts, address)
    if found is None:
        raise NotFoundError(_missing(store, address.name, str(address)))
    return found


def _missing(store: Store, name: str, address: str) -> str:
    known = store.prompts.get(name)
    if known is None:
        return f"there is no prompt {name!r}: `verspan prompts` lists those that are registered"
    aliases = "".join(f", {alias} is {number}" for alias, number in known.aliases.items())
    return f"there is no {address}: the newest version is {known.latest_version}{aliases}"


def _address(name: str, version: str | None) -> str:
    if version is None:
        return name
    return f"{name}/{version}" if version.isdecimal() else f"{name}@{version}"


def _content_of(file: TextIO) -> PromptContent:
    from verspan.prompts.checking import checked_content, declared_variables

    try:
        text = file.read()
        document = json.loads(text) if Path(file.name).suffix == ".json" else text
    except (OSError, ValueError) as error:  # among them what is no UTF-8, and no JSON
        raise InvalidArgumentError(f"{file.name} cannot be read as a prompt: {error}") from error
    if not isinstance(document, dict):
        return checked_content(document)
    unknown = document.keys() - {*_CONTENT, *_BESIDE}
    if unknown:
        raise InvalidArgumentError(f"{file.name} has {', '.join(sorted(unknown))}: give {', '.join(_CONTENT)}")
    return checked_content(
        document.get("template"),
        declared_variables(document.get("variables")),
        document.get("response_format"),
        document.get("model_config"),
    )


def _say(version: PromptVersion, said: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"prompt": version})
    else:
        click.echo(one_line(said))
