"""Setting up: the TracerProvider that is joined or made, and the exporters that its spans go to.

Theory of operation: where the application has a TracerProvider, ``configure`` joins it at once. Where it has none, a
stand-in takes its place, and everything else (the SDK, the exporters, the resource) is loaded and made by the first
span, or by the application's own provider when it is set after all. So setting up is cheap for a process that makes no
span, an experiment that is named after ``autolog()`` still names the service, and no application ever finds the one
place for its provider taken.
"""

from verspan.configuring.setup import configure

__all__ = ["configure"]
