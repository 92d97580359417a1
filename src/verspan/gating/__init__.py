"""Whether a version may go on: a comparison held against what a team demands."""
