"""Evaluating versions: a dataset, a function, scorers, and a trace for every row."""
