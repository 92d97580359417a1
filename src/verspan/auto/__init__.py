"""The folder that ``verspan run`` puts first on ``PYTHONPATH``; it holds nothing but ``sitecustomize.py``."""
