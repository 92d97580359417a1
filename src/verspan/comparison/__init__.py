"""Whether one version is better than another, and how sure that is: statistics of two samples and their verdict."""
