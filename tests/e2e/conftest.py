"""A real Collector and a real Jaeger for the tests, and what they said where a test fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import COLLECTOR, JAEGER
from tests.e2e.servers import Server

from verspan.demo.api_server import DemoApi


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failure what the servers said that the test has used."""
    report = yield
    if report.failed:
        used = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Server)]
        report.sections += [(f"the last of {server.log}", server.last_lines()) for server in used]
    return report


@pytest.fixture(scope="session")
def programs() -> None:
    """Skips a test where the real programs are not there."""
    reasons = list(filter(None, (COLLECTOR.missing(), JAEGER.missing())))
    if reasons:
        pytest.skip("; ".join(reasons))


@pytest.fixture(scope="session")
def jaeger(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jaeger]:
    """A Jaeger that all tests share: each looks for versions of its own."""
    with Jaeger(tmp_path_factory.mktemp("jaeger")) as running:
        yield running


@pytest.fixture(scope="session")
def collector(jaeger: Jaeger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """A Collector before that Jaeger, on the configuration that the example has."""
    with Collector(tmp_path_factory.mktemp("collector"), jaeger) as running:
        yield running


@pytest.fixture(scope="session")
def api() -> Iterator[DemoApi]:
    """A local chat API."""
    with DemoApi() as running:
        yield running


@pytest.fixture
def application(tmp_path: Path, api: DemoApi) -> Application:
    """An application in a folder of its own."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return Application(folder, api.base_url)


@pytest.fixture(scope="session")
def agent(collector: Collector, api: DemoApi, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a version of the demo's agent, v1, that has run before that Collector."""
    return Application(tmp_path_factory.mktemp("agent"), api.base_url).run_agent("v1", **collector.endpoint("grpc"))
