"""Searching versions: the language of filters, from text to a tree that a store can run."""
