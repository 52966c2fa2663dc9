"""Whom an operator had forgotten: beside the database, so that a backup that is put back brings nobody back.

The file ``forgotten`` in the data folder holds no address, but a digest of it with a key of the chain, and the last
entry of the chain at that time: a backup that has this entry was made later, and what it holds of them came since.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailagent.domain.chain import ChainKey
from mailagent.errors import ConfigurationError

FILE = "forgotten"


@dataclass(frozen=True, kw_only=True)
class ForgottenPeople:
    """The file in `data_dir`; `keys` are all keys of the chain, that to write with last."""

    data_dir: Path
    keys: Sequence[ChainKey]

    def add(self, address: str, last_entry: str) -> None:
        """Write it down, and to the disk, before what is forgotten is committed: once too often does no harm."""
        key = self.keys[-1]
        line = f"{key.id} {key.digest(FILE, address)} {last_entry}\n"
        with os.fdopen(os.open(self.data_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> dict[str, list[str]]:
        """The last entries of the chain when each was forgotten, by digest.

        Raises `ConfigurationError` where the key of one is gone: whom it names cannot be known.
        """
        path = self.data_dir / FILE
        known = {key.id for key in self.keys}
        found: dict[str, list[str]] = {}
        for line in path.read_text("ascii", "replace").splitlines() if path.exists() else ():
            key_id, _, rest = line.partition(" ")
            digest, _, last_entry = rest.partition(" ")
            if key_id not in known:
                raise ConfigurationError(
                    f"{path}: error: it was written with the key {key_id}, which is not in {self.data_dir / 'secrets'}:"
                    " put that file back first. Where it is lost, forget those people again by their addresses, and"
                    " delete this file"
                )
            found.setdefault(digest, []).append(last_entry)
        return found

    def digests(self, address: str) -> list[str]:
        """How `address` may stand in the file: with each key."""
        return [key.digest(FILE, address) for key in self.keys]
