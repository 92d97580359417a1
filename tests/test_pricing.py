"""Calls have the price that was valid when they were made, or none."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from verspan import pricing, semconv
from verspan.pricing import TokenUsage, price
from verspan.traces.model import Cost

genai_prices = pytest.importorskip("genai_prices", reason="genai-prices needs Python 3.11")
VERSION = f"genai-prices {genai_prices.__version__}"
NOW_NS = 1_790_000_000_000_000_000


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing is remembered from test to test."""
    pricing._tariff.cache_clear()
    pricing._genai_prices.cache_clear()
    yield
    pricing._tariff.cache_clear()
    pricing._genai_prices.cache_clear()


def at_ns(year: int, month: int, day: int, hour: int = 12) -> int:
    """A moment in nanoseconds since the epoch."""
    return int(datetime(year, month, day, hour, tzinfo=timezone.utc).timestamp()) * 1_000_000_000


def usd(provider: str, model: str, *counts: int, when_ns: int = NOW_NS, tier: str | None = None) -> float:
    """The cost of a call that has one."""
    cost = price(provider, model, TokenUsage(*counts), when_ns, service_tier=tier)
    assert cost is not None
    assert cost.price_version == VERSION
    return cost.usd


def test_call() -> None:
    """A call costs its tokens' prices, by the price list that is named."""
    assert price("openai", "gpt-4o-mini-2024-07-18", TokenUsage(1_000, 100), NOW_NS) == Cost(0.00021, VERSION)


def test_cached_tokens() -> None:
    """Tokens read from a cache are among the input tokens, and count once, at their own price."""
    assert usd("openai", "gpt-4o", 1_000, 0, 400) == pytest.approx(600 * 2.5e-6 + 400 * 1.25e-6)


@pytest.mark.parametrize(
    "counts",
    [
        (100, 10, 101),
        (100, 10, 60, 60),
        (-1, 10),
        (10, -1),
        (10, 10, -1),
        (10, 10, 0, 0, 11),
        (10, 10, 0, 0, 0, 11),
        (10, 0, 0, 0, 0, 0, 11),
    ],
)
def test_inconsistent_counts(counts: tuple[int, ...]) -> None:
    """Counts that contradict each other have no price."""
    assert price("openai", "gpt-4o", TokenUsage(*counts), NOW_NS) is None


def test_no_tokens() -> None:
    """A call of a known model that used nothing cost nothing."""
    assert usd("openai", "gpt-4o", 0, 0) == 0


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("groq", "openai/gpt-oss-20b"),
        ("aws.bedrock", "amazon.nova-lite-v1:0"),
        ("aws.bedrock", "us.anthropic.claude-3-5-sonnet-20241022-v2:0"),
        ("aws.bedrock", "global.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("aws.bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"),
    ],
)
def test_names_of_instrumentors(provider: str, model: str) -> None:
    """Models have a price under the names that the clients of their hosts use, regions and ARNs among them."""
    assert usd(provider, model, 1_000, 100) > 0


@pytest.mark.parametrize(("provider", "model"), [("openai", "a-model-of-nobody"), ("nobody", "gpt-4o"), ("", "")])
def test_unknown(provider: str, model: str) -> None:
    """A model whose price is not known has no cost, which is not zero."""
    assert price(provider, model, TokenUsage(10, 10), NOW_NS) is None


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o"),
        ("azure.ai.openai", "gpt-4o"),
        ("anthropic", "claude-sonnet-4-5"),
        ("aws.bedrock", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("gcp.gemini", "gemini-2.5-flash"),
        ("gcp.vertex_ai", "gemini-2.5-flash"),
        ("gcp.gen_ai", "gemini-2.5-flash"),
        ("cohere", "command-r"),
        ("deepseek", "deepseek-chat"),
        ("groq", "llama-3.1-8b-instant"),
        ("mistral_ai", "mistral-small-latest"),
        ("moonshot_ai", "kimi-k2-0905-preview"),
        ("perplexity", "sonar"),
        ("x_ai", "grok-3"),
    ],
)
def test_providers(provider: str, model: str) -> None:
    """The conventions' provider names are those of the price list."""
    assert usd(provider, model, 1_000, 1_000) > 0


@pytest.mark.parametrize("tokens", [2, 199_999, 200_000, 200_001, 200_002, 1_000_000])
@pytest.mark.parametrize("cached", [0, 1, 2])
def test_tiers(tokens: int, cached: int) -> None:
    """What is computed from remembered rates is what the package says, on both sides of a threshold."""
    exact = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=tokens, output_tokens=7, cache_read_tokens=cached),
        "gemini-2.5-pro",
        provider_id="google",
        genai_request_timestamp=datetime.fromtimestamp(NOW_NS / 1e9, timezone.utc),
    )
    assert usd("gcp.gemini", "gemini-2.5-pro", tokens, 7, cached) == pytest.approx(float(exact.total_price), abs=1e-12)


def test_every_model() -> None:
    """For every model of the price list the remembered rates give what the package gives, written caches included."""
    for provider in genai_prices.data_snapshot.get_snapshot().providers:
        for model in provider.models[:3]:
            usage = TokenUsage(12_345, 678, 1_000, 234)
            counts = genai_prices.Usage(
                input_tokens=12_345, output_tokens=678, cache_read_tokens=1_000, cache_write_tokens=234
            )
            when = datetime.fromtimestamp(NOW_NS // 10**9 // 60 * 60, timezone.utc)
            try:
                exact = genai_prices.calc_price(counts, model.id, provider_id=provider.id, genai_request_timestamp=when)
            except (LookupError, ValueError):
                continue
            cost = price(provider.id, model.id, usage, NOW_NS)
            if not exact.total_price and vars(exact.model_price):
                assert cost is None  # it is not tokens that are paid for
                continue
            assert cost is not None
            assert cost.usd == pytest.approx(float(exact.total_price), abs=2e-12), (provider.id, model.id)


def test_dates() -> None:
    """A call has the price of its day, not of today's."""
    before, after = (usd("openai", "o3", 1_000_000, 0, when_ns=when) for when in (at_ns(2025, 6, 1), at_ns(2025, 7, 1)))
    assert (before, after) == (10, 2)


def test_hours() -> None:
    """A price that depends on the time of day is that of the call's minute."""
    model = "deepseek-chat"
    day, night = (usd("deepseek", model, 10**6, 0, when_ns=at_ns(2025, 3, 1, hour)) for hour in (12, 20))
    assert night < day


def test_service_tier() -> None:
    """A call that was served in another tier has that tier's price."""
    when_ns = at_ns(2026, 11, 1)
    tiers = ("default", "flex", "priority", "of nobody")
    assert [usd("openai", "gpt-5", 1_000_000, 0, when_ns=when_ns, tier=tier) for tier in tiers] == [
        1.25,
        0.625,
        2.5,
        1.25,
    ]


def test_audio() -> None:
    """Tokens of audio have their own price, where the model has one."""
    assert usd("openai", "gpt-4o-realtime-preview", 1_000, 0, 0, 0, 1_000) > usd(
        "openai", "gpt-4o-realtime-preview", 1_000
    )


def test_images() -> None:
    """Tokens of images that are shown to a model have their own price, where it has one."""
    assert usd("openai", "gpt-image-1", 1_000, 10, 0, 0, 0, 0, 500) == pytest.approx(
        500 * 5e-6 + 500 * 1e-5 + 10 * 4e-5
    )
    assert usd("openai", "gpt-4o", 1_000, 0, 0, 0, 0, 0, 500) == usd("openai", "gpt-4o", 1_000, 0)


def test_cached_sound() -> None:
    """Cached tokens of sound, as a session of realtime has them, cost what cached tokens of sound do."""
    usage = TokenUsage(500, 70, 100, 0, 200, 40, 0, 50)
    cost = price("openai", "gpt-realtime", usage, NOW_NS)
    told = 250 * 4e-6 + 150 * 32e-6 + 50 * 0.4e-6 + 50 * 0.4e-6 + 30 * 16e-6 + 40 * 64e-6
    assert cost is not None
    assert cost.usd == pytest.approx(told)


def test_paid_by_the_hour() -> None:
    """A model that is paid by the hour of speech has no cost where tokens are counted, rather than one of 0."""
    assert price("openai", "whisper-1", TokenUsage(5, 7), NOW_NS) is None


def test_free() -> None:
    """A model that costs nothing has a price, which is nothing."""
    assert usd("openrouter", "deepseek/deepseek-r1:free", 1_000, 100) == 0.0


def test_reported() -> None:
    """What the provider says that a call cost is what it cost."""
    attributes = {
        semconv.GEN_AI_PROVIDER_NAME: "openrouter",
        semconv.GEN_AI_REQUEST_MODEL: "openai/gpt-4o-mini",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 1_000,
    }
    priced = pricing.cost_of_call(attributes, NOW_NS)
    reported = pricing.cost_of_call({**attributes, semconv.VERSPAN_COST_REPORTED_USD: 0.0123}, NOW_NS)
    assert priced is not None
    assert priced.price_version == VERSION
    assert reported == Cost(0.0123, "reported by openrouter")


def test_not_installed(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Without the package calls have no cost, which is said once, to those who want to know."""
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with caplog.at_level(logging.DEBUG, logger="verspan.pricing"):
        assert [price("openai", "gpt-4o", TokenUsage(1, 1), NOW_NS) for _ in range(3)] == [None] * 3
    assert caplog.messages == ["calls have no cost: genai-prices is not installed (pip install 'verspan[prices]')"]
