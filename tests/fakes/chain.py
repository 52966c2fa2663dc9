"""A key that seals the chain of databases which have no data folder."""

from mailagent.domain.chain import ChainKey

KEY = ChainKey(secret=b"of the tests".ljust(32))


def keys() -> tuple[ChainKey, ...]:
    """As `open_database` takes them."""
    return (KEY,)
