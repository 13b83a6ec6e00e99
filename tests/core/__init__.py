"""The books, the jobs and the audit, without any door: storage and ledger on a temporary file."""
