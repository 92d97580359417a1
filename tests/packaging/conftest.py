"""What is built and installed once for all tests of this folder."""

from __future__ import annotations

import pytest

from .building import Distributions, Environment, build_all, install_into_new


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Every package of the workspace, built."""
    return build_all(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def core(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment after ``pip install verspan``."""
    wheels = [str(distributions.wheels[name]) for name in ("verspan", "verspan_local")]
    return install_into_new(tmp_path_factory.mktemp("core"), *wheels)


@pytest.fixture(scope="session")
def application(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment after ``pip install 'verspan[openai]' openai``."""
    members = [
        str(distributions.wheels[name]) for name in ("verspan_local", "verspan_instrumentation", "verspan_openai")
    ]
    asked = f"verspan[openai] @ {distributions.wheels['verspan'].as_uri()}"
    return install_into_new(tmp_path_factory.mktemp("application"), asked, *members, "openai")
