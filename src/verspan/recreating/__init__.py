"""Recreating a recorded version in a folder: its tree byte for byte, and what it ran with."""
