"""Metrics of other evaluators as scorers."""
