"""Which hosts are the user's own: those that may be told of the version and the session."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from verspan.settings import PRIVATE_HOSTS

EVERYWHERE: Final = "*"

_SHARED: Final = ip_network("100.64.0.0/10")  # RFC 6598: pods of some clusters, and overlay networks
_SUFFIXES: Final = (".localhost", ".local", ".internal", ".svc", ".home.arpa")
"""Kept out of the public DNS (RFC 6761, 6762 and 8375, ICANN's ``internal``), and Kubernetes' names of services."""


class OwnHosts:
    """Hosts and gRPC services by patterns such as ``*.example.com``, ``shop.v1.*`` or ``private``."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Keep the patterns.

        Args:
            patterns: names in which ``*`` stands for any text; case does not count. ``private`` stands for addresses
                and names that are never public, and a lone ``*`` for everything, what has no name included.
        """
        lower = [pattern.lower() for pattern in patterns]
        self._patterns = [pattern for pattern in lower if pattern != PRIVATE_HOSTS]
        self._private = PRIVATE_HOSTS in lower
        self.nowhere = not lower
        self.everywhere = EVERYWHERE in lower

    def has_host(self, host: str) -> bool:
        """Whether a host, by name or address, is the user's own."""
        name = host.lower().strip("[]").removesuffix(".")
        return self.has_service(name) or (self._private and _is_private(name))

    def has_service(self, service: str) -> bool:
        """Whether a gRPC service, by its full name, is the user's own."""
        name = service.lower()
        return any(fnmatchcase(name, pattern) for pattern in self._patterns)


@lru_cache(maxsize=1024)
def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host.endswith(_SUFFIXES) or _is_single_label(host)
    address = getattr(address, "ipv4_mapped", None) or address
    # Where a cloud tells its machines of themselves is link-local, and is not the user's.
    shared = address.version == _SHARED.version and address in _SHARED
    return shared or (address.is_private and not address.is_link_local)


def _is_single_label(host: str) -> bool:
    # Digits first would be an address in another notation, as 134744072 and 0x8080808 are both 8.8.8.8.
    return bool(host) and "." not in host and ":" not in host and not host[0].isdigit()
