"""The why beside the numbers: what changed from one version to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verspan.diffing.asking import Asking
from verspan.diffing.model import VersionDiff
from verspan.errors import VerspanError

if TYPE_CHECKING:
    from verspan.store.interface import Store


def what_changed(store: Store, model_ids: tuple[str | None, str | None]) -> tuple[VersionDiff | None, str | None]:
    """What changed between two versions, and a sentence where that cannot be told.

    A comparison is never without its numbers for lack of a reason: what there is no record, no repository or no git for
    is said, in the difference's own ``untold`` or here.

    Args:
        store: where they are recorded.
        model_ids: the two; None for one that is not known.
    """
    if None in model_ids or model_ids[0] == model_ids[1]:
        return None, None
    models = [None if each is None else store.get_model(each) for each in model_ids]
    before, after = (model if model is not None and model.experiment_id else None for model in models)
    if before is None or after is None:
        return None, None
    try:
        return Asking(store, None).difference(before, after), None
    except (VerspanError, OSError) as error:
        return None, f"what changed cannot be told: {error}"
