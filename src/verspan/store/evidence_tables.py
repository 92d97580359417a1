"""The tables of evidence: assessments, datasets, evaluation runs and their rows.

Those of one subject stand beside the module that reads and writes them, and belong to the metadata here. Keys, ids and
times are as :mod:`verspan.store.tables` says; larger contents are blobs (:mod:`verspan.store.blobs`).
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
