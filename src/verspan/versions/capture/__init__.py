"""What a version was: the state of the code, and of what it ran in, read in the background and kept once."""
