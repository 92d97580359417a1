"""The local API server and a real client of it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from verspan.demo.api_server import DemoApi


@pytest.fixture(scope="module")
def api() -> Iterator[DemoApi]:
    with DemoApi() as running:
        yield running


@pytest.fixture
def client(api: DemoApi) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as running:
        yield running
