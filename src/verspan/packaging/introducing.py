"""The record of a package's version, where the package runs: nobody there may have heard of the version."""

from __future__ import annotations

import time

from verspan.errors import StoreError
from verspan.instrumentation.guard import report
from verspan.packaging.model import PackageManifest
from verspan.runtime import current_settings
from verspan.settings import LOCAL_EXPORTER
from verspan.versions.identity import experiment_id_for
from verspan.versions.model import LoggedModel
from verspan.versions.registry import announce, opened_store


def introduce(manifest: PackageManifest) -> None:
    """Tell whoever receives this process's spans whose they are: over telemetry, and in the store where it is local.

    What a store knows of the version stays as it is. The code that this process happens to run is not the version's, so
    that it is not read.
    """
    now = time.time_ns() // 1_000_000
    model = LoggedModel(
        model_id=manifest.model_id,
        name=manifest.model_name,
        experiment_id=experiment_id_for(manifest.experiment_name),
        experiment_name=manifest.experiment_name,
        creation_timestamp=now,
        last_updated_timestamp=now,
        git=manifest.git,
    )
    announce(model)
    if LOCAL_EXPORTER not in current_settings().exporters:
        return
    try:
        with opened_store(create=True) as store:
            if store.get_model(model.model_id) is None:
                store.upsert_model(model)
    except StoreError as error:  # the package is called all the same, and its spans carry name and id
        report(error, "recording the version of a package")
