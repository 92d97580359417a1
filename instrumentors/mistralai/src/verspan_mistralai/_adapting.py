"""What the adapters of all endpoints of this client share."""

from __future__ import annotations

from verspan.instrumentation.generated import resources
from verspan.instrumentation.generated.adapting import EndpointAdapter

PROVIDER_NAME = "mistral_ai"


class MistralAdapter(EndpointAdapter):
    """Takes calls of one endpoint; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    provider_name = PROVIDER_NAME


class OtherAdapter(resources.ResourceAdapter):
    """Takes calls of every endpoint that has no adapter of its own."""

    name = "mistralai.other"
    provider_name = PROVIDER_NAME
    operation_names = {  # noqa: RUF012 - a constant of the protocol
        "Responses.count_input_tokens": "count_tokens",
        "Speech.complete": "generate_speech",
    }
