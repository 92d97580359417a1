"""Versions and traces out of MLflow: from its SQLite file or its tracking server, which are only read.

``mlflow`` need not be installed. What is read is described by MLflow's own words in `model`, whatever it is read from;
`versions`, `spans` and `conventions` say what becomes of it.
"""
