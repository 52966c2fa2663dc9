"""Whom an operator had forgotten: beside the database, so that a backup that is put back brings nobody back.

Each line of the file ``forgotten`` in the data folder holds no address, but a digest of it with a key of the chain, and
the last entry of the chain at that time: a backup that has this entry was made later, and what it holds of them came
since. Of somebody's lines the last counts. Where an older backup was put back, the chain goes on from there: then their
next line holds the entries of the last one and, after a comma, one of this chain.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailagent.domain.chain import ChainKey
from mailagent.errors import ConfigurationError

FILE = "forgotten"
_LINE = re.compile(
    r"(?P<key_id>[0-9a-f]{8}) (?P<digest>[0-9a-f]{64}) (?P<entries>\d+:[0-9a-f]{64}(,\d+:[0-9a-f]{64})*)"
)
"""A whole one: a full disk or a loss of power may leave less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenPerson:
    """Their last line, its `number` in the file, and the `entries` that a backup from after it has one of."""

    number: int
    key_id: str
    digest: str
    entries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ForgottenPeople:
    """The file in `data_dir`; `keys` are all keys of the chain, that to write with last."""

    data_dir: Path
    keys: Sequence[ChainKey]

    def add(self, address: str, last_entry: str) -> None:
        """Write it down, and to the disk, before what is forgotten is committed: once too often does no harm."""
        key = self.keys[-1]
        self._write(f"{key.id} {key.digest(FILE, address)} {last_entry}\n")

    def add_again(self, people: Sequence[ForgottenPerson], last_entry: str) -> None:
        """Write down that another chain, whose last entry this is, has nothing of them from before either."""
        self._write("".join(f"{row.key_id} {row.digest} {','.join((*row.entries, last_entry))}\n" for row in people))

    def read(self) -> dict[str, ForgottenPerson]:
        """By digest, in the order of the file.

        Raises `ConfigurationError` where the key of one is gone: whom it names cannot be known.
        """
        path = self.data_dir / FILE
        known = {key.id for key in self.keys}
        found: dict[str, ForgottenPerson] = {}
        for number, line in enumerate(path.read_text("ascii", "replace").splitlines() if path.exists() else ()):
            if (whole := _LINE.fullmatch(line)) is None:
                continue
            if whole["key_id"] not in known:
                raise ConfigurationError(
                    f"{path}: error: it was written with the key {whole['key_id']}, which is not in"
                    f" {self.data_dir / 'secrets'}: put that file back first. Where it is lost, forget those people"
                    " again by their addresses, and delete this file"
                )
            found.pop(whole["digest"], None)
            found[whole["digest"]] = ForgottenPerson(
                number=number,
                key_id=whole["key_id"],
                digest=whole["digest"],
                entries=tuple(whole["entries"].split(",")),
            )
        return found

    def digests(self, address: str) -> list[str]:
        """How `address` may stand in the file: with each key."""
        return [key.digest(FILE, address) for key in self.keys]

    def _write(self, lines: str) -> None:
        path = self.data_dir / FILE
        is_new = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            is_torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
            file.write(b"\n" * is_torn + lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            folder = os.open(self.data_dir, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
