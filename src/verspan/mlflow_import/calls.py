"""``verspan.import_from_mlflow``."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.transfer.model import ImportReport, Tell, tell_nobody
from verspan.versions.registry import opened_store


def import_from_mlflow(
    uri: str, *, experiment_names: Sequence[str] | None = None, on_progress: Tell | None = None
) -> ImportReport:
    """Keep the LoggedModels and traces of an MLflow in this process's store.

    MLflow is only read, and its package need not be installed. A version keeps its name, and MLflow's id of it is its
    tag ``mlflow.model_id``. To import again adds what is new there and changes nothing else.

    Args:
        uri: ``sqlite:///mlflow.db``, the path of such a file, or a tracking server's ``http://`` or ``https://``
            address. Its server is told who asks by ``MLFLOW_TRACKING_TOKEN``, or ``MLFLOW_TRACKING_USERNAME`` and
            ``MLFLOW_TRACKING_PASSWORD``.
        experiment_names: which experiments; all of them where it is None.
        on_progress: called from time to time.

    Raises:
        InvalidArgumentError: it is no MLflow 3, cannot be read, or has no such experiment.
        StoreError: the store cannot keep it.
    """
    from verspan.mlflow_import.importing import import_mlflow

    with opened_store(create=True) as store:
        return import_mlflow(store, uri, experiment_names or (), on_progress or tell_nobody)
