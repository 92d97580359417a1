"""What a command line says, and with which code it exits, when something goes wrong."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

import click

from verspan.errors import InvalidArgumentError, VerspanError
from verspan.semconv import ENV_DEBUG

NEGATIVE = 1
"""A negative answer: an unknown id, a problem found, a store that cannot be read."""
WRONG_USAGE = 2
NO_VERDICT = 64
"""In place of either where a gate was asked for, whose verdicts are 0, 1 and 2 (EX_USAGE of sysexits.h)."""
INTERRUPTED = 130
"""What a shell reports for a command that Ctrl-C ended."""


def asks_for_verdict(arguments: Sequence[str]) -> bool:
    """Whether the exit code of a command line is a gate's verdict, which nothing else may be mistaken for."""
    return "watch" in arguments[:1] or any(argument.partition("=")[0] == "--gate" for argument in arguments)


def report(error: Exception, *, verdict: bool = False) -> int:
    """Say in one line on stderr what went wrong; returns the exit code.

    With ``VERSPAN_DEBUG=1`` the traceback comes before it.

    Args:
        error: what was raised.
        verdict: whether the command's exit code would have been a verdict.
    """
    if os.environ.get(ENV_DEBUG) and not isinstance(error, (click.UsageError, click.Abort)):
        traceback.print_exception(error)
    message, code = _line(error)
    click.echo(f"verspan: {message}" if message else "", err=True)
    return NO_VERDICT if verdict and code != INTERRUPTED else code


def _line(error: Exception) -> tuple[str, int]:
    if isinstance(error, click.Abort):
        return "", INTERRUPTED
    if isinstance(error, click.UsageError):
        return _usage(error), WRONG_USAGE
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, ModuleNotFoundError):
        from verspan.missing import missing_distribution

        error = missing_distribution(error, "this") or error
    if isinstance(error, VerspanError):
        return str(error), WRONG_USAGE if isinstance(error, InvalidArgumentError) else NEGATIVE
    return f"unexpected {type(error).__name__}: {error}. {ENV_DEBUG}=1 shows where; please report it", NEGATIVE


def _usage(error: click.UsageError) -> str:
    message = " ".join(error.format_message().split())
    return f"{message} See '{error.ctx.command_path} --help'." if error.ctx else message
