"""The audit log: every change of a record, by whom and from where, in a chain of hashes that shows what was altered."""
