"""A metric over versions and over time, with the deployments that may explain it."""
