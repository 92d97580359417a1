"""MLflow's tracking server, over its REST API."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from verspan.errors import InvalidArgumentError
from verspan.mlflow_import.model import MlflowExperiment, MlflowMetric, MlflowModel, MlflowSpan, MlflowTrace
from verspan.mlflow_import.span_json import span_from
from verspan.semconv import ENV_MLFLOW_TRACKING_PASSWORD, ENV_MLFLOW_TRACKING_TOKEN, ENV_MLFLOW_TRACKING_USERNAME

_TIMEOUT_S: Final = 60
_PAGE: Final = 100
_V2: Final = "/api/2.0/mlflow/"
_V3: Final = "/api/3.0/mlflow/"
_STATUSES: Final = {"LOGGED_MODEL_UPLOAD_FAILED": "FAILED"}


class Server:
    """A :class:`~verspan.mlflow_import.model.Source` behind a URL.

    Args:
        url: ``http://`` or ``https://``; a user and a password in it are used, and never said.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._base = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
        self._authorization = _authorization(parts.username, parts.password)
        self._run_tags: dict[str, Mapping[str, str]] = {}

    def experiments(self) -> Sequence[MlflowExperiment]:
        """All experiments."""
        found = self._pages(f"{_V2}experiments/search", {}, "experiments")
        named = [MlflowExperiment(each["experiment_id"], each["name"]) for each in found]
        return sorted(named, key=lambda experiment: (len(experiment.experiment_id), experiment.experiment_id))

    def models(self, experiment: MlflowExperiment) -> Iterator[MlflowModel]:
        """The LoggedModels of an experiment, the earliest first; the server does not list those that are deleted."""
        asked = {
            "experiment_ids": [experiment.experiment_id],
            "order_by": [{"field_name": "creation_timestamp", "ascending": True}],
        }
        for each in self._pages(f"{_V2}logged-models/search", asked, "models"):
            yield self._model(each, experiment.name)

    def traces(self, experiment: MlflowExperiment) -> Iterator[MlflowTrace]:
        """The traces of an experiment."""
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment.experiment_id}}
        for info in self._pages(f"{_V3}traces/search", {"locations": [place]}, "traces"):
            yield self._trace(info["trace_id"])

    def close(self) -> None:
        """Nothing is kept open."""

    def _model(self, found: Mapping[str, Any], experiment_name: str) -> MlflowModel:
        info, data = found["info"], found.get("data") or {}
        status = info.get("status", "UNSPECIFIED")
        run_id = info.get("source_run_id")
        return MlflowModel(
            model_id=info["model_id"],
            experiment_name=experiment_name,
            name=info["name"],
            status=_STATUSES.get(status, status.removeprefix("LOGGED_MODEL_")),
            creation_timestamp=int(info["creation_timestamp_ms"]),
            last_updated_timestamp=int(info["last_updated_timestamp_ms"]),
            model_type=info.get("model_type") or None,
            deleted=False,
            params=_pairs(data.get("params")),
            tags=_pairs(info.get("tags")),
            metrics=[
                MlflowMetric(
                    each["key"],
                    float(each["value"]),
                    int(each["timestamp"]),
                    int(each.get("step", 0)),
                    each.get("dataset_name") or None,
                )
                for each in data.get("metrics") or ()
            ],
            run_tags=self._tags_of_run(run_id) if run_id else {},
        )

    def _tags_of_run(self, run_id: str) -> Mapping[str, str]:
        if run_id not in self._run_tags:
            run = self._asked(f"{_V2}runs/get?{urlencode({'run_id': run_id})}")
            self._run_tags[run_id] = _pairs(run["run"]["data"].get("tags"))
        return self._run_tags[run_id]

    def _trace(self, trace_id: str) -> MlflowTrace:
        trace = self._asked(f"{_V3}traces/get?{urlencode({'trace_id': trace_id})}")["trace"]
        info = trace["trace_info"]
        return MlflowTrace(
            info.get("tags") or {},
            info.get("trace_metadata") or {},
            _spans(trace.get("spans") or ()),
            len(info.get("assessments") or ()),
        )

    def _pages(self, path: str, asked: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
        page_token: str | None = None
        while True:
            token = {"page_token": page_token} if page_token else {}
            page = self._asked(path, {**asked, "max_results": _PAGE, **token})
            yield from page.get(name) or ()
            page_token = page.get("next_page_token")
            if not page_token:
                return

    def _asked(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._base}{quote(path, safe='/?=&%')}"
        request = Request(url, data, {"content-type": "application/json"})  # noqa: S310 - http or https, see `importing`
        if self._authorization:
            request.add_unredirected_header("authorization", self._authorization)  # who it names is who gets it
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - likewise
                found: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            with error:
                said = f"MLflow at {self._base} answers {error.code} to {path}"
                raise InvalidArgumentError(said + _way_out(error.code)) from error
        except (URLError, OSError) as error:
            raise InvalidArgumentError(f"MLflow at {self._base} cannot be reached: {error}") from error
        except ValueError as error:
            raise InvalidArgumentError(f"{self._base} is not an MLflow server: {path} gives no JSON") from error
        return found


def _way_out(code: int) -> str:
    """What to do about an answer, where that is known."""
    if code == HTTPStatus.NOT_FOUND:
        return ", which an old server does not have: upgrade it, or import from its database"
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        login = f"{ENV_MLFLOW_TRACKING_USERNAME} and {ENV_MLFLOW_TRACKING_PASSWORD}"
        return f": say who asks in {login}, or in {ENV_MLFLOW_TRACKING_TOKEN}"
    return ""


def _authorization(username: str | None, password: str | None) -> str:
    token = os.environ.get(ENV_MLFLOW_TRACKING_TOKEN)
    name = username or os.environ.get(ENV_MLFLOW_TRACKING_USERNAME)
    if name:
        secret = password or os.environ.get(ENV_MLFLOW_TRACKING_PASSWORD, "")
        return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
    return f"Bearer {token}" if token else ""


def _spans(found: Sequence[Mapping[str, Any]]) -> list[MlflowSpan]:
    try:
        return [span_from(span) for span in found]
    except ValueError:  # of another form: said by their number
        return []


def _pairs(found: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    return {each["key"]: each.get("value", "") for each in found or ()}
