"""Whether spans survive until their destination has them, and what waits or was lost."""

from __future__ import annotations

import os
from pathlib import Path

from verspan.cli.doctor.findings import Finding, Level
from verspan.settings import Settings, spool_folder
from verspan.spool.sessions import LOCKS_END_WITH_PROCESSES
from verspan.spool.survey import SpoolState, survey

AREA = "spool"


def check_spool(settings: Settings) -> list[Finding]:
    """Whether spans can be kept on disk, and what is there."""
    folder = spool_folder(settings.store_url)
    return [_place(folder), *(finding for state in survey(folder) for finding in _destination(state))]


def _place(folder: Path) -> Finding:
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not LOCKS_END_WITH_PROCESSES:
        message = "This system has no file locks that end with their process: spans wait in memory alone."
        return Finding(AREA, "folder", Level.WARNING, message)
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(AREA, "folder", Level.OK, f"Spans wait in {folder} until their destination has them.")
    message = f"Spans wait in memory alone: {nearest} is no folder that this user may write."
    return Finding(AREA, "folder", Level.WARNING, message, "Make it one, or name another folder in VERSPAN_SPOOL.")


def _destination(state: SpoolState) -> list[Finding]:
    address, counters = state.destination.address, state.counters
    findings = []
    if state.abandoned:
        trouble = f", which takes nothing: {counters.trouble}" if counters.trouble else ""
        message = f"{state.abandoned} spans of processes that have ended wait for {address}{trouble}."
        findings.append(Finding(AREA, address, Level.WARNING, message, "verspan spool drain"))
    elif counters.trouble:
        message = f"{state.waiting} spans wait for {address}, which takes nothing: {counters.trouble}."
        findings.append(Finding(AREA, address, Level.WARNING, message))
    lost = ", ".join(f"{number} for {reason.value}" for reason, number in counters.dropped.items() if number)
    if lost:
        message = f"Spans for {address} were lost: {lost}."
        remedy = f"What each reason means is in docs/durability.md; {state.folder}/counters.json may be deleted."
        findings.append(Finding(AREA, address, Level.WARNING, message, remedy))
    if counters.sampled_out:
        message = f"{counters.sampled_out} spans for {address} were left out by tail sampling, as asked."
        findings.append(Finding(AREA, address, Level.OK, message))
    if counters.unreadable_bytes:
        message = f"{counters.unreadable_bytes} bytes of spans for {address} could not be read."
        remedy = f"Look at the files in {state.folder} that end with .corrupt, and at the disk."
        findings.append(Finding(AREA, address, Level.WARNING, message, remedy))
    return findings
