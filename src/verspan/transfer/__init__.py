"""Versions with all that is known of them as one file, and back into another store."""
