"""What a call of a model cost, by the package ``genai-prices``: the one module that calls it.

Its prices are dated and depend on the size of the request and on the service tier; one calculation takes it about
130 microseconds. Between two thresholds of size a price is linear in the counts, so what one token of each kind costs
is asked once per model, service tier and price, and which price is valid once per minute.
"""

from __future__ import annotations

import logging
import math
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from verspan import semconv
from verspan.traces.model import Attributes, Cost

_logger = logging.getLogger(__name__)

_MINUTE_NS = 60_000_000_000
_ATTODOLLARS = 10**18
_PICODOLLARS = 10**12  # what a cost is rounded to: a token of the cheapest model costs some 10,000
_ATTO_IN_PICO = _ATTODOLLARS // _PICODOLLARS

# Names of the GenAI conventions that genai-prices does not know by themselves; it knows the rest, or nobody does.
_PROVIDER_IDS = {
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "aws.bedrock": "aws",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}


class TokenUsage(NamedTuple):
    """Tokens of one call, as ``gen_ai.usage.*`` counts them: the others are parts of the first two."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    image_input_tokens: int = 0
    audio_cache_read_input_tokens: int = 0
    image_cache_read_input_tokens: int = 0

    @property
    def consistent(self) -> bool:
        """Whether no count is negative and no part exceeds its whole."""
        cached = self.cache_read_input_tokens + self.cache_write_input_tokens
        parts_fit = max(cached, self.audio_input_tokens, self.image_input_tokens) <= self.input_tokens
        return min(self) >= 0 and parts_fit and self.audio_output_tokens <= self.output_tokens


_COUNTS = (  # in the order of TokenUsage's fields
    semconv.GEN_AI_USAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
    semconv.GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
    semconv.GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
)
_COUNT_TYPES = frozenset({int, type(None)})
_REMEMBERED = 4096  # tariffs
_BY_TOKENS = ("_mtok", "requests_kcount")  # the ends of the names of prices that calls in tokens have


def cost_of_call(attributes: Attributes, start_ns: int) -> Cost | None:
    """What the call of a span cost, by the attributes of the GenAI conventions; None as for :func:`price`.

    What the provider reports counts before any price list. Of models the one that answered counts, and where its price
    is not known the one that was asked.

    Args:
        attributes: the span's.
        start_ns: when it started, in nanoseconds since the epoch.
    """
    provider, usage = attributes.get(semconv.GEN_AI_PROVIDER_NAME), _usage(attributes)
    if usage is None or not isinstance(provider, str):
        return None
    reported = attributes.get(semconv.VERSPAN_COST_REPORTED_USD)
    if isinstance(reported, (int, float)) and 0 <= reported < math.inf:
        return Cost(float(reported), f"reported by {provider}")
    tier = attributes.get(semconv.OPENAI_RESPONSE_SERVICE_TIER)
    served = tier if isinstance(tier, str) else None
    for name in (semconv.GEN_AI_RESPONSE_MODEL, semconv.GEN_AI_REQUEST_MODEL):
        model = attributes.get(name)
        cost = price(provider, model, usage, start_ns, service_tier=served) if isinstance(model, str) else None
        if cost is not None:
            return cost
    return None


def _usage(attributes: Attributes) -> TokenUsage | None:
    """The call's tokens; None where it says nothing of them, or not in numbers."""
    found = [attributes.get(name) for name in _COUNTS]
    if found[:2] == [None, None] or not _COUNT_TYPES.issuperset(map(type, found)):
        return None
    return TokenUsage._make([count or 0 for count in found])


def price(
    provider_name: str, model: str, usage: TokenUsage, at_ns: int, *, service_tier: str | None = None
) -> Cost | None:
    """What a call cost; None where no price is known, the counts contradict each other or no price list is installed.

    Args:
        provider_name: ``gen_ai.provider.name``.
        model: the model that answered, or that was asked.
        usage: the call's tokens.
        at_ns: when the call started, in nanoseconds since the epoch; prices change.
        service_tier: the tier that the provider says it served, such as ``flex``.
    """
    if not usage.consistent:
        return None
    provider = _PROVIDER_IDS.get(provider_name, provider_name)
    tariff = _tariff(provider, model, service_tier, at_ns // _MINUTE_NS)
    if tariff is None:
        return None
    cost = tariff.cost(usage)
    return (
        None
        if cost is None
        else Cost((cost + _ATTO_IN_PICO // 2) // _ATTO_IN_PICO / _PICODOLLARS, tariff.price_version)
    )


class _Rates(NamedTuple):
    """What one token of each kind costs between two thresholds, in whole attodollars (1e-18 USD)."""

    request: int
    input_token: int
    output_token: int
    cache_read: int
    """What a token costs more, mostly less, for being read from a cache; likewise the next."""
    cache_write: int

    def cost(self, usage: TokenUsage) -> int:
        return (
            self.request
            + self.input_token * usage.input_tokens
            + self.output_token * usage.output_tokens
            + self.cache_read * usage.cache_read_input_tokens
            + self.cache_write * usage.cache_write_input_tokens
        )


class _Tariff:
    """The prices of one model in one minute."""

    def __init__(self, model: str, options: dict[str, Any], known: _Tariff | None) -> None:
        """Find out the prices, and what they come to unless that is known from a minute that had the same ones."""
        self._model, self._options = model, options
        calculation = self._calculate(TokenUsage())
        self.price_version = _price_version(calculation.auto_update_timestamp)
        self.prices = vars(calculation.model_price)
        self.rates: tuple[Sequence[int], Sequence[_Rates]] = (
            known.rates if known is not None and known.prices == self.prices else self._all_rates()
        )

    @property
    def is_by_the_token(self) -> bool:
        """Whether tokens are what is paid for, or nothing is; a model of speech may be paid by the hour."""
        return not self.prices or any(name.endswith(_BY_TOKENS) for name in self.prices)

    def cost(self, usage: TokenUsage) -> int | None:
        """What the call cost in attodollars; None where the package finds the counts inconsistent."""
        if not (usage.audio_input_tokens or usage.audio_output_tokens or usage.image_input_tokens):
            thresholds, rates = self.rates
            return rates[bisect_left(thresholds, usage.input_tokens)].cost(usage)
        try:
            return self._cost(usage)
        except ValueError:  # audio or image tokens that may or may not be among the cached ones
            return None

    def _all_rates(self) -> tuple[Sequence[int], Sequence[_Rates]]:
        """The thresholds of size, and the rates below the first and above each."""
        tiers = (tier for price in self.prices.values() for tier in getattr(price, "tiers", ()))
        thresholds = sorted({tier.start for tier in tiers})
        return thresholds, [self._rates_above(start) for start in (0, *thresholds)]

    def _rates_above(self, start: int) -> _Rates:
        some = start + 2  # room for one cached token, above the threshold
        base = self._cost(TokenUsage(some))
        input_token = self._cost(TokenUsage(some + 1)) - base
        return _Rates(
            request=base - input_token * some,
            input_token=input_token,
            output_token=self._cost(TokenUsage(some, 1)) - base,
            cache_read=self._cost(TokenUsage(some, cache_read_input_tokens=1)) - base,
            cache_write=self._cost(TokenUsage(some, cache_write_input_tokens=1)) - base,
        )

    def _cost(self, usage: TokenUsage) -> int:
        return int(self._calculate(usage).total_price * _ATTODOLLARS)

    def _calculate(self, usage: TokenUsage) -> Any:
        package = _genai_prices()
        assert package is not None  # noqa: S101 - a tariff is made only where the package is
        counts = package.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_input_tokens or None,
            cache_write_tokens=usage.cache_write_input_tokens or None,
            input_audio_tokens=usage.audio_input_tokens or None,
            output_audio_tokens=usage.audio_output_tokens or None,
            input_image_tokens=usage.image_input_tokens or None,
            cache_audio_read_tokens=usage.audio_cache_read_input_tokens or None,
            cache_image_read_tokens=usage.image_cache_read_input_tokens or None,
        )
        return package.calc_price(counts, self._model, **self._options)


@lru_cache(maxsize=_REMEMBERED)
def _tariff(provider: str, model: str, service_tier: str | None, minute: int) -> _Tariff | None:
    package = _genai_prices()
    if package is None:
        return None
    options = {
        "provider_id": provider,
        "genai_request_timestamp": datetime.fromtimestamp(minute * 60, timezone.utc),
        "price_context": {"service_tier": service_tier} if service_tier else None,
    }
    asked = provider, model, service_tier
    if len(_latest) > _REMEMBERED:
        _latest.clear()
    try:
        tariff = _latest[asked] = _Tariff(model, options, _latest.get(asked))
    except (LookupError, ValueError):
        return None  # no price is known
    return tariff if tariff.is_by_the_token else None


_latest: dict[tuple[str, str, str | None], _Tariff] = {}
"""The tariffs that were asked for last."""


@cache
def _genai_prices() -> ModuleType | None:
    try:
        return import_module("genai_prices")
    except ImportError:
        _logger.debug("calls have no cost: genai-prices is not installed (pip install 'verspan[prices]')")
        return None


def _price_version(updated: datetime | None) -> str:
    package = _genai_prices()
    assert package is not None  # noqa: S101 - a tariff is made only where the package is
    version = f"genai-prices {package.__version__}"
    return version if updated is None else f"{version} of {updated:%Y-%m-%d}"
