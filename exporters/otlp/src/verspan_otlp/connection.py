"""Where spans are sent and how, as the variables ``OTEL_EXPORTER_OTLP_*`` say; each has a form for traces alone.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/ has the variables. Where Python's own exporters read them in
another way than it says (a timeout is in seconds, headers need not be URL-encoded), they are read as Python's do.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import entry_points, version
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.util.re import parse_env_headers

from verspan.errors import InvalidArgumentError
from verspan_otlp.environment import OtlpProtocol

_logger = logging.getLogger(__name__)

_DEFAULT_ENDPOINTS = {OtlpProtocol.HTTP: "http://localhost:4318", OtlpProtocol.GRPC: "http://localhost:4317"}
_TRACES_PATH = "v1/traces"
_DEFAULT_TIMEOUT_S = 10.0
_CREDENTIAL_PROVIDERS = "opentelemetry_otlp_credential_provider"
CONNECT_TIMEOUT_S = 3.0
"""Seconds within which a machine that is there takes a connection, though it be far away."""
USER_AGENT = f"verspan-otlp/{version('verspan-otlp')}"


class Compression(str, Enum):
    """How a request is compressed; gRPC of Python knows no deflate."""

    NONE = "none"
    GZIP = "gzip"
    DEFLATE = "deflate"


@dataclass(frozen=True)
class Connection:
    """What a sender needs to know."""

    endpoint: str
    """Over HTTP the whole URL; over gRPC a URL or a bare host and port."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case, as gRPC wants them."""
    timeout_s: float = _DEFAULT_TIMEOUT_S
    """How long one request may take, in seconds."""
    compression: Compression = Compression.NONE
    certificate: str | None = None
    """A file of the authorities to trust; None for the usual ones."""
    client_certificate: str | None = None
    client_key: str | None = None
    insecure: bool = False
    """Whether gRPC goes without TLS; over HTTP the URL's scheme says it."""
    credentials: Any = None
    """What a credential provider made: a ``requests.Session`` or ``grpc.ChannelCredentials``."""

    @property
    def destination(self) -> str:
        """The address to show to a person, without credentials and query."""
        if "://" not in self.endpoint:
            return self.endpoint.rpartition("@")[2]
        parts = urlsplit(self.endpoint)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def connection_for_traces(protocol: OtlpProtocol) -> Connection:
    """The connection that the environment describes."""
    endpoint = _endpoint(protocol)
    return Connection(
        endpoint,
        headers=parse_env_headers(_value("HEADERS") or "", liberal=True),
        timeout_s=_timeout_s(),
        compression=_compression(protocol),
        certificate=_value("CERTIFICATE"),
        client_certificate=_value("CLIENT_CERTIFICATE"),
        client_key=_value("CLIENT_KEY"),
        insecure=_insecure(endpoint),
    )


def provided_credentials(protocol: OtlpProtocol, kind: type) -> Any:
    """What the credential provider makes that ``OTEL_PYTHON_EXPORTER_OTLP_{HTTP,GRPC}_CREDENTIAL_PROVIDER`` names.

    Args:
        protocol: whose variable is read.
        kind: of what class it must be.

    Returns:
        Credentials of that class, or None where no provider is named.

    Raises:
        InvalidArgumentError: no installed package has that provider, or it makes something else.
    """
    transport = f"OTEL_PYTHON_EXPORTER_OTLP_{protocol.name}"
    suffix = "CREDENTIAL_PROVIDER"
    name = os.environ.get(f"{transport}_TRACES_{suffix}") or os.environ.get(f"{transport}_{suffix}")
    if not name:
        return None
    for provider in entry_points(group=_CREDENTIAL_PROVIDERS, name=name):
        made = provider.load()()
        if isinstance(made, kind):
            return made
        raise InvalidArgumentError(f"{transport}_{suffix}={name} makes {type(made)}, where {kind} is needed")
    raise InvalidArgumentError(f"{transport}_{suffix}={name} is a credential provider of no installed package")


def _variable(name: str) -> str:
    """The traces' own variable where it is set, else the general one."""
    own = f"OTEL_EXPORTER_OTLP_TRACES_{name}"
    return own if os.environ.get(own, "").strip() else f"OTEL_EXPORTER_OTLP_{name}"


def _value(name: str) -> str | None:
    return os.environ.get(_variable(name), "").strip() or None


def _endpoint(protocol: OtlpProtocol) -> str:
    endpoint = _value("ENDPOINT") or _DEFAULT_ENDPOINTS[protocol]
    if protocol is OtlpProtocol.GRPC or "_TRACES_" in _variable("ENDPOINT"):
        return endpoint
    return f"{endpoint.removesuffix('/')}/{_TRACES_PATH}"


def _insecure(endpoint: str) -> bool:
    scheme = urlsplit(endpoint).scheme
    asked = _value("INSECURE")
    return scheme != "https" and (scheme == "http" if asked is None else asked.lower() == "true")


def _timeout_s() -> float:
    value = _value("TIMEOUT")
    try:
        return float(value) if value else _DEFAULT_TIMEOUT_S
    except ValueError:
        _logger.warning("%s=%s is no number of seconds: %g is used.", _variable("TIMEOUT"), value, _DEFAULT_TIMEOUT_S)
        return _DEFAULT_TIMEOUT_S


def _compression(protocol: OtlpProtocol) -> Compression:
    value = (_value("COMPRESSION") or Compression.NONE.value).lower()
    known = [each.value for each in Compression if protocol is OtlpProtocol.HTTP or each is not Compression.DEFLATE]
    if value in known:
        return Compression(value)
    _logger.warning(
        "%s=%s is no compression of %s: spans are sent as they are. Set it to %s.",
        _variable("COMPRESSION"),
        value,
        protocol.value,
        " or ".join(known),
    )
    return Compression.NONE
