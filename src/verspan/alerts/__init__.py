"""Rules over live traffic, checked by cron or CI: what begins to fire is told once, and once that it has ended."""
