"""The database; its rows never leave it."""
