"""Following the live traffic of two versions until it is known whether the later one may stay."""
