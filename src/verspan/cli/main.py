"""The command ``verspan``: its table of commands and its options."""

from __future__ import annotations

import sys

import click

from verspan.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "demo": LazyCommand(
        "verspan.demo.command:demo", "Record two versions of a small agent and look at them: start here."
    ),
    "run": LazyCommand("verspan.cli.run:run", "Run an application and record its model calls, no line changed."),
    "models": LazyCommand("verspan.cli.models:models", "List versions and what their model calls came to."),
    "prompts": LazyCommand(
        "verspan.cli.prompts:prompts", "List prompts, show and compare their versions, register one."
    ),
    "diff": LazyCommand("verspan.cli.diff:diff", "Show what changed from one version to another."),
    "checkout": LazyCommand("verspan.cli.checkout:checkout", "Recreate a version in a folder, byte for byte."),
    "traces": LazyCommand("verspan.cli.traces:traces", "List traces, by version, status, time or text."),
    "trace": LazyCommand("verspan.cli.trace:trace", "Show one trace as a tree of spans."),
    "deploy": LazyCommand("verspan.cli.deploy:deploy", "Write down that a version is live in an environment."),
    "undeploy": LazyCommand("verspan.cli.deploy:undeploy", "Write down that a version is live there no longer."),
    "rollback": LazyCommand("verspan.cli.deploy:rollback", "Write down that the version before is live again."),
    "live": LazyCommand("verspan.cli.live:live", "Say which version was live at a moment, and what speaks for it."),
    "deployments": LazyCommand("verspan.cli.live:deployments", "List what was live when, and what traffic shows."),
    "audit": LazyCommand("verspan.cli.audit:audit", "List every change of a record, check the log, export it."),
    "export": LazyCommand("verspan.cli.export:export", "Write versions with all that is known of them to one file."),
    "import": LazyCommand("verspan.cli.import_:import_", "Bring versions from such a file, or from MLflow."),
    "spool": LazyCommand("verspan.cli.spool:spool", "List spans on their way to their destination, or deliver them."),
    "artifacts": LazyCommand("verspan.cli.artifacts:artifacts", "List the files logged to a version, or fetch them."),
    "package": LazyCommand(
        "verspan.cli.package:package", "Look at the package of a version, agree that it may run, write its Dockerfile."
    ),
    "serve": LazyCommand("verspan.cli.serve:serve", "Serve the package of a version over HTTP."),
    "doctor": LazyCommand(
        "verspan.cli.doctor.command:doctor", "Say what is recorded, where it goes, and what to mend."
    ),
    "completion": LazyCommand(
        "verspan.cli.completion:completion", "Print the script that completes commands in a shell."
    ),
}


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        from importlib.metadata import version  # a quarter of the time that --help takes

        click.echo(f"verspan {version('verspan')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 a negative answer or a problem, 2 wrong usage. VERSPAN_DEBUG=1 shows tracebacks.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def verspan() -> None:
    """Which version of a GenAI application produced every span.

    \b
    Try:
      verspan run python app.py        record an application's model calls
      verspan models                   its versions, newest first
      verspan traces --model NAME      the traces of one of them
      verspan trace ID                 one trace, span by span

    Every command that reads takes --json. Traces are kept in .verspan/ at the repository's root, or where --store or
    VERSPAN_STORE says.
    """  # noqa: D301 - \b tells click to keep the lines below it


def main() -> None:
    """Run the command line of this process and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            # A terminal that is not UTF-8 shows a question mark where it has no letter, and is no reason to fail.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr] # TextIO, and at a process's start a TextIOWrapper
    from verspan.audit.interface import come_from_command_line

    come_from_command_line()
    verspan(prog_name="verspan")
