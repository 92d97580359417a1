"""Versions of an application: what they are, where they come from, how they are recorded."""
