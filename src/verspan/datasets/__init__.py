"""Rows to evaluate versions with, versioned by what they hold."""
