"""Packages of versions: code, entry point, configuration and locked dependencies in one file, loaded and served.

A package is known by its hash, and no code of it runs before somebody has agreed to that hash.
"""
