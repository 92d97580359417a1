"""What was live when: a ledger of deployments, what traffic shows, and where the two contradict each other."""
