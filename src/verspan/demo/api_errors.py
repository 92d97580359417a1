"""What the local API server refuses, in the words and the shape of the real API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType

INVALID_REQUEST = "invalid_request_error"


class ApiError(Exception):
    """A request that is answered with an error.

    Args:
        status: the HTTP status of the answer.
        message: what the caller reads.
        kind: the API's ``type`` of the error.
        param: the request's parameter at fault, where there is one.
        code: the API's short name of the error, where it has one.
        headers: headers that this error's answer has besides the usual ones.
    """

    def __init__(  # noqa: PLR0913 - an error of the API has this many fields
        self,
        status: HTTPStatus,
        message: str,
        *,
        kind: str = INVALID_REQUEST,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self._error = {"message": message, "type": kind, "param": param, "code": code}

    def body(self) -> dict[str, object]:
        """The JSON of the answer."""
        return {"error": self._error}


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """The request, or a parameter of it, is not usable."""
    return ApiError(HTTPStatus.BAD_REQUEST, message, param=param, code=code)


def missing_key() -> ApiError:
    """No key came with the request."""
    return ApiError(
        HTTPStatus.UNAUTHORIZED,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        "(i.e. Authorization: Bearer YOUR_KEY).",
    )


def unknown_model(name: str) -> ApiError:
    """No model has this name."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return ApiError(HTTPStatus.NOT_FOUND, message, code="model_not_found")


def unknown_url(method: str, path: str) -> ApiError:
    """Nothing is served at this address."""
    return ApiError(HTTPStatus.NOT_FOUND, f"Invalid URL ({method} {path})")


def wrong_key() -> ApiError:
    """The key is none that the server knows."""
    return ApiError(HTTPStatus.UNAUTHORIZED, "Incorrect API key provided: demo.", code="invalid_api_key")


def too_many_requests() -> ApiError:
    """The caller is over its limit, and is told when to come back."""
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Rate limit reached for requests. Please try again in 10ms.",
        kind="requests",
        code="rate_limit_exceeded",
        # Like the real one, in both units: whole seconds are rounded up, and clients prefer the milliseconds.
        headers={"retry-after": "1", "retry-after-ms": "10"},
    )


def server_error() -> ApiError:
    """The server is at fault."""
    message = "The server had an error while processing your request. Sorry about that!"
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, message, kind="server_error")


_ON_DEMAND: Mapping[str, Callable[[], ApiError]] = {
    "400": lambda: bad_request("The request was refused, as it asked to be.", code="invalid_value"),
    "401": wrong_key,
    "404": lambda: unknown_model("the-one-you-asked-for"),
    "429": too_many_requests,
    "500": server_error,
}


def error_on_demand(status: str) -> ApiError:
    """The error that a caller asks for by its status, to see what an application makes of it."""
    build = _ON_DEMAND.get(status)
    return build() if build else bad_request(f"No error {status!r} is kept here: {', '.join(_ON_DEMAND)}.")
