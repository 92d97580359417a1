"""What makes an answer a good one."""

from collections.abc import Mapping

import verspan


@verspan.scorer
def tells_the_fact(outputs: str, expectations: Mapping[str, str]) -> bool:
    """Whether the answer has what the customer needs to know."""
    return expectations["fact"] in outputs
