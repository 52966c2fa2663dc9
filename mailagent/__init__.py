"""Triage a support mailbox."""
