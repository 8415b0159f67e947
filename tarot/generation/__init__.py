"""Asking models for suites: questions, their answers, and a ledger that loses no paid one."""
