"""The application that the demo runs in two versions: copied into a repository of its own, and never imported."""
