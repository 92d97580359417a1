"""Artifacts of versions: files, folders, texts, tables and figures, each content kept once by its SHA-256.

The store holds a manifest, one row for every content that was logged under a path; the contents themselves are at an
artifact root, a folder beside the store or any place that fsspec knows.
"""
