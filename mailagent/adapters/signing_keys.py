"""The installation's keys: they sign our Message-IDs and the reply addresses of reviewers, and seal the chain.

They lie in ``secrets`` in the data folder, which only its owner may read. New ids are signed with the last key; ids
that an older one signed stay valid while it stands in the file. Each gives a key that seals the chain, from which it
cannot be told; that one stays in the file for good, or what it sealed could not be checked any more.
"""

import base64
import hashlib
import hmac
import os
import secrets
import tomllib
from pathlib import Path
from string import ascii_lowercase

from mailagent.domain.chain import ChainKey
from mailagent.errors import ConfigurationError
from mailagent.mail.tokens import Key

FILE = "secrets"
KEY_BYTES = 32
HEAD = """\
# Made by mailagent: signs its Message-IDs and the reply addresses of reviewers, and seals the record of what happened.
# Show it to nobody, and back it up with the database: without it every open question must be asked again, and
# 'mailagent audit --verify' cannot check what was sealed. Change it with 'mailagent keys'.
"""


def signing_keys(data_dir: Path) -> tuple[Key, ...]:
    """The keys of the installation, the one to sign with last; made at the first start.

    Raises `ConfigurationError` when the file is damaged, or the folder cannot be written to.
    """
    path = data_dir / FILE
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, (_new("a"),), (), replace=False)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: error: it cannot be written: {error.strerror}; data_dir in mailagent.toml must name a folder that"
            " mailagent may write to"
        ) from error
    return read_keys(data_dir)


def read_keys(data_dir: Path) -> tuple[Key, ...]:
    """The keys that there are, none before the first start; nothing is written.

    Raises `ConfigurationError` when the file is damaged.
    """
    path = data_dir / FILE
    return _read(path)[0] if path.exists() else ()


def read_chain_keys(data_dir: Path) -> tuple[ChainKey, ...]:
    """The keys of the chain, that to seal with last; see `read_keys`."""
    path = data_dir / FILE
    if not path.exists():
        return ()
    keys, kept = _read(path)
    return (*kept, *map(_to_seal, keys))


def rotate_keys(data_dir: Path, *, forget: bool) -> tuple[Key, ...]:
    """Add a key, which the daemon signs with from its next start; with `forget` every older one ends, and with it each
    reply address that reviewers hold.

    Raises `ConfigurationError` when the file is damaged, or 26 keys are in it.
    """
    path = data_dir / FILE
    signing_keys(data_dir)
    keys, sealed = _read(path)
    unused = [letter for letter in ascii_lowercase if letter not in {key.id for key in keys}]
    if not unused:
        raise ConfigurationError(f"{path}: error: it holds {len(keys)} keys, and there is no letter for another")
    later = [letter for letter in unused if letter > keys[-1].id]
    kept = () if forget else keys
    ended = map(_to_seal, keys) if forget else ()
    _write(path, (*kept, _new((later or unused)[0])), (*sealed, *ended), replace=True)
    return _read(path)[0]


def _new(letter: str) -> Key:
    return Key(id=letter, secret=secrets.token_bytes(KEY_BYTES))


def _to_seal(key: Key) -> ChainKey:
    return ChainKey(secret=hmac.digest(key.secret, b"mailagent chain", hashlib.sha256))


def _read(path: Path) -> tuple[tuple[Key, ...], tuple[ChainKey, ...]]:
    """The keys, and those of the chain whose signing key was forgotten."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        keys = tuple(Key(id=row["id"], secret=_decoded(row["secret"])) for row in found["key"])
        sealed = tuple(ChainKey(secret=_decoded(row["secret"])) for row in found.get("chain", ()))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigurationError(
            f"{path}: error: it cannot be read ({type(error).__name__}); restore it from a backup"
        ) from None
    ids = [key.id for key in keys]
    sound = all(len(key.secret) == KEY_BYTES and key.id in set(ascii_lowercase) for key in keys)
    if not keys or not sound or len(set(ids)) != len(ids):
        raise ConfigurationError(
            f"{path}: error: each key needs a letter of its own and {KEY_BYTES} bytes; restore it from a backup"
        )
    return keys, sealed


def _decoded(secret: str) -> bytes:
    return base64.b64decode(secret, validate=True)


def _encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _write(path: Path, keys: tuple[Key, ...], sealed: tuple[ChainKey, ...], *, replace: bool) -> None:
    """Whole or not at all: a file that was cut off would end every reply address. Without `replace`, whoever writes
    first wins.
    """
    rows = [f'\n[[key]]\nid = "{key.id}"\nsecret = "{_encoded(key.secret)}"\n' for key in keys]
    rows += [f'\n[[chain]]\nsecret = "{_encoded(key.secret)}"\n' for key in sealed]
    part = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(HEAD + "".join(rows))
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            part.replace(path)
        else:
            path.hardlink_to(part)
    except FileExistsError:
        return
    finally:
        part.unlink(missing_ok=True)
