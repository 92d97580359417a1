"""The table of commands, by what people want of them and in the order in which they meet them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verspan.cli.lazy import LazyCommand

SECTIONS: Final[Mapping[str, Mapping[str, LazyCommand]]] = {
    "Begin": {
        "demo": LazyCommand("verspan.demo.command:demo", "Record two versions of a small agent: start here."),
        "run": LazyCommand("verspan.cli.run:run", "Run an application and record its model calls."),
        "doctor": LazyCommand("verspan.cli.doctor.command:doctor", "Say what is recorded, where, and what to mend."),
        "completion": LazyCommand("verspan.cli.completion:completion", "Print a shell's script for completion."),
    },
    "Versions": {
        "models": LazyCommand("verspan.cli.models:models", "List versions and what their calls came to."),
        "diff": LazyCommand("verspan.cli.diff:diff", "Show what changed from one version to another."),
        "checkout": LazyCommand("verspan.cli.checkout:checkout", "Recreate a version in a folder, byte for byte."),
        "prompts": LazyCommand("verspan.cli.prompts:prompts", "List, show, compare and register prompts."),
        "artifacts": LazyCommand("verspan.cli.artifacts:artifacts", "List the files of a version, or fetch them."),
    },
    "Traces": {
        "traces": LazyCommand("verspan.cli.traces:traces", "List traces, by version, status, time or text."),
        "trace": LazyCommand("verspan.cli.trace:trace", "Show one trace as a tree of spans."),
        "spool": LazyCommand("verspan.cli.spool:spool", "List spans on their way, or deliver them."),
    },
    "Evidence": {
        "datasets": LazyCommand("verspan.cli.datasets:datasets", "List, show, compare and import datasets."),
        "feedback": LazyCommand("verspan.cli.feedback:feedback", "Say what you find of a trace, or list it."),
        "agreement": LazyCommand("verspan.cli.agreement:agreement", "Say how far judges agree with people."),
        "evaluate": LazyCommand("verspan.cli.evaluate:evaluate", "Answer a dataset by a version, and score that."),
        "compare": LazyCommand("verspan.cli.compare:compare", "Say whether a version is better than another."),
        "bisect": LazyCommand("verspan.cli.bisect:bisect", "Find the commit that made a metric worse."),
        "watch": LazyCommand("verspan.cli.watch:watch", "Follow two versions' traffic to a verdict."),
        "trends": LazyCommand("verspan.cli.trends:trends", "Show a metric over versions or over time."),
        "alerts": LazyCommand("verspan.cli.alerts:alerts", "Check rules over live traffic, and tell a webhook."),
    },
    "In production": {
        "package": LazyCommand("verspan.cli.package:package", "Look at a version's package, and trust it."),
        "serve": LazyCommand("verspan.cli.serve:serve", "Serve the package of a version over HTTP."),
        "deploy": LazyCommand("verspan.cli.deploy:deploy", "Write down that a version is live somewhere."),
        "undeploy": LazyCommand("verspan.cli.deploy:undeploy", "Write down that it is live there no longer."),
        "rollback": LazyCommand("verspan.cli.deploy:rollback", "Write down that the one before is live again."),
        "live": LazyCommand("verspan.cli.live:live", "Say which version was live at a moment."),
        "deployments": LazyCommand("verspan.cli.live:deployments", "List what was live when."),
    },
    "Records": {
        "audit": LazyCommand("verspan.cli.audit:audit", "List every change of a record; verify the log."),
        "export": LazyCommand("verspan.cli.export:export", "Write versions, whole, to one file."),
        "import": LazyCommand("verspan.cli.import_:import_", "Bring versions from a file, or from MLflow."),
    },
}
COMMANDS: Final = {name: command for section in SECTIONS.values() for name, command in section.items()}
