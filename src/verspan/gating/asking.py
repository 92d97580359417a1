"""Holding a comparison against a policy, however the policy is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verspan.comparison.model import Comparison
from verspan.gating.judging import judged
from verspan.gating.model import GateResult
from verspan.gating.policy import Policy
from verspan.gating.reading import policy_of, read_policy


def gate(comparison: Comparison, policy: str | Path | Mapping[str, Any] | Policy) -> GateResult:
    """Whether a version may go on.

    ::

        result = verspan.gate(comparison, "policy.toml")
        result.verdict      # Verdict.FAIL
        print(result)       # every demand, what was found of it, and why that is the verdict

    A demand whose bound lies inside the interval of what was found is neither met nor failed: it is inconclusive, as
    is a metric that was not compared.

    Args:
        comparison: of the version that runs and the one that is to.
        policy: what is demanded: a TOML file, a mapping of its shape, or a policy.

    Raises:
        InvalidArgumentError: the policy is none, says a bound in a unit that is not its metric's, or wants more
            confidence than the comparison has.
    """
    return judged(_policy(policy), comparison)


def _policy(policy: str | Path | Mapping[str, Any] | Policy) -> Policy:
    if isinstance(policy, Policy):
        return policy
    return policy_of(policy) if isinstance(policy, Mapping) else read_policy(policy)
