"""Which version spans would belong to if the application in this folder were started now."""

from __future__ import annotations

from pathlib import Path

from verspan.cli.doctor.findings import Finding, Level, warnings_as_findings
from verspan.cli.version_view import code
from verspan.context import active_version, current_experiment
from verspan.versions.application import NamedState, automatic_state

AREA = "version"


def check_version(folder: Path) -> list[Finding]:
    """The name, the experiment and the state of the code of the version that a folder holds."""
    findings: list[Finding] = []
    with warnings_as_findings(AREA, "git", findings):
        state = automatic_state(folder)
    named = active_version()
    name = f"{named.name or named.model_id} (as the environment says)" if named else state.name
    message = f"Spans belong to {name} of experiment {current_experiment()}, unless the application names another."
    return [Finding(AREA, "name", Level.OK, message), _code(state), *findings]


def _code(state: NamedState) -> Finding:
    if state.git is None:
        message = "The folder is in no git repository: versions have no commit."
        remedy = "git init, or name versions: verspan.set_active_model(name=…)."
        return Finding(AREA, "code", Level.WARNING, message, remedy)
    return Finding(AREA, "code", Level.OK, f"Its code is {code(state.git)}, remote {state.git.remote_url or 'none'}.")
