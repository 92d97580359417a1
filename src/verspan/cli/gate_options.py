"""The options that hold a comparison against a policy and write it down, for the commands that make comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from verspan.cli.listing import Column
from verspan.cli.terminal import hint, print_table
from verspan.errors import InvalidArgumentError

if TYPE_CHECKING:
    from verspan.comparison.model import Comparison
    from verspan.comparison.reports.saying import Report
    from verspan.gating.model import GateResult
    from verspan.gating.policy import Policy

_EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 2}
_STYLES = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_FILES = {
    "markdown": "Write a comment for a pull request.",
    "junit": "Write JUnit XML: a test case for each check.",
    "html": "Write a page with plots and both answers of each row.",
    "report-json": "Write everything as JSON.",
}
_file_type = click.Path(dir_okay=False, path_type=Path)
_options = [
    click.option("--gate", "gate_policy", type=_file_type, metavar="FILE", help="A policy (TOML) that decides."),
    *(
        click.option(f"--{name}", f"gate_{name.replace('-', '_')}", type=_file_type, metavar="FILE", help=text)
        for name, text in _FILES.items()
    ),
]


@dataclass(frozen=True)
class GateOptions:
    """What was asked for; what is None was not."""

    policy_file: Path | None = None
    markdown: Path | None = None
    junit: Path | None = None
    html: Path | None = None
    report_json: Path | None = None

    @cached_property
    def policy(self) -> Policy | None:
        """The policy, read once.

        Raises:
            InvalidArgumentError: the file holds none.
        """
        if self.policy_file is None:
            return None
        from verspan.gating.reading import read_policy

        return read_policy(self.policy_file)

    def alpha_beside(self, alpha: float) -> float:
        """How sure the comparison has to be: as was typed, else as the policy says."""
        typed = click.get_current_context().get_parameter_source("alpha") is not ParameterSource.DEFAULT
        return alpha if typed or self.policy is None else self.policy.alpha


def gate_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; its function gets them as ``gate``, a :class:`GateOptions`."""

    @wraps(function)
    def packed(
        *,
        gate_policy: Path | None,
        gate_markdown: Path | None,
        gate_junit: Path | None,
        gate_html: Path | None,
        gate_report_json: Path | None,
        **others: Any,
    ) -> None:
        asked = GateOptions(gate_policy, gate_markdown, gate_junit, gate_html, gate_report_json)
        function(gate=asked, **others)

    for option in reversed(_options):
        packed = option(packed)
    return packed


def settled(comparison: Comparison, options: GateOptions) -> GateResult | None:
    """The verdict, where a policy was given, once the files that were asked for are written.

    Raises:
        InvalidArgumentError: a file cannot be written, or the policy and the comparison do not fit.
    """
    from verspan.comparison.reports.saying import Report
    from verspan.gating.judging import judged

    result = None if options.policy is None else judged(options.policy, comparison)
    for path, write in _writers(options):
        _written(path, write(Report(comparison, result)))
    return result


def exit_code(result: GateResult | None) -> int:
    """0 where the gate passes or there is none, 1 where it fails, 2 where it is inconclusive."""
    return 0 if result is None else _EXIT_CODES[result.verdict.value]


def verdict_document(result: GateResult | None) -> dict[str, Any] | None:
    """The verdict for ``--json``, without the comparison beside which it stands."""
    return None if result is None else {"verdict": result.verdict, "checks": result.checks}


def print_verdict(result: GateResult) -> None:
    """Print each check, and the verdict as the last line."""
    checks, verdict = result.checks, result.verdict.value
    click.echo()
    print_table(
        [
            Column("check", [check.metric for check in checks]),
            Column("demand", [check.demand for check in checks]),
            Column("found", [check.found for check in checks]),
            Column(
                "verdict",
                [check.verdict.value for check in checks],
                styles=[_STYLES[check.verdict.value] for check in checks],
            ),
        ]
    )
    for check in checks:
        if check.verdict.value != "pass":
            hint(f"{check.metric}: {check.reason}")
    click.echo(
        f"\n{click.style(verdict, fg=_STYLES[verdict])}: {result.comparison.baseline} → {result.comparison.candidate}"
    )


def _writers(options: GateOptions) -> list[tuple[Path, Callable[[Report], str]]]:
    from verspan.comparison.reports.document import json_report
    from verspan.comparison.reports.junit import junit_report
    from verspan.comparison.reports.markdown import markdown_report
    from verspan.comparison.reports.page import html_report

    asked = (
        (options.markdown, markdown_report),
        (options.junit, junit_report),
        (options.html, html_report),
        (options.report_json, json_report),
    )
    return [(path, write) for path, write in asked if path is not None]


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidArgumentError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
