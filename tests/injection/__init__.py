"""Mails that try to speak to the machine: one a trick, named after it."""
