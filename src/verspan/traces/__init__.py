"""Traces as they are kept and read back."""
