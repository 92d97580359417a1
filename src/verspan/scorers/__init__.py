"""Scorers: what judges an answer."""
