"""The installation's keys: they sign our Message-IDs and the reply addresses of reviewers.

They lie in ``secrets`` in the data folder, which only its owner may read. New ids are signed with the last key; ids
that an older one signed stay valid while it stands in the file.
"""

import base64
import os
import secrets
import tomllib
from pathlib import Path
from string import ascii_lowercase

from mailagent.errors import ConfigurationError
from mailagent.mail.tokens import Key

FILE = "secrets"
KEY_BYTES = 32
HEAD = """\
# Made by mailagent: signs its Message-IDs and the reply addresses of reviewers. Show it to nobody, and back it up with
# the database: without it every open question must be asked again. Change it with 'mailagent keys'.
"""


def signing_keys(data_dir: Path) -> tuple[Key, ...]:
    """The keys of the installation, the one to sign with last; made at the first start.

    Raises `ConfigurationError` when the file is damaged, or the folder cannot be written to.
    """
    path = data_dir / FILE
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, (_new("a"),), replace=False)
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
    return _read(path) if path.exists() else ()


def rotate_keys(data_dir: Path, *, forget: bool) -> tuple[Key, ...]:
    """Add a key, which the daemon signs with from its next start; with `forget` every older one ends, and with it each
    reply address that reviewers hold.

    Raises `ConfigurationError` when the file is damaged, or 26 keys are in it.
    """
    path = data_dir / FILE
    keys = signing_keys(data_dir)
    unused = [letter for letter in ascii_lowercase if letter not in {key.id for key in keys}]
    if not unused:
        raise ConfigurationError(f"{path}: error: it holds {len(keys)} keys, and there is no letter for another")
    later = [letter for letter in unused if letter > keys[-1].id]
    kept = () if forget else keys
    _write(path, (*kept, _new((later or unused)[0])), replace=True)
    return _read(path)


def _new(letter: str) -> Key:
    return Key(id=letter, secret=secrets.token_bytes(KEY_BYTES))


def _read(path: Path) -> tuple[Key, ...]:
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["key"]
        keys = tuple(Key(id=row["id"], secret=base64.b64decode(row["secret"], validate=True)) for row in rows)
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
    return keys


def _write(path: Path, keys: tuple[Key, ...], *, replace: bool) -> None:
    """Whole or not at all: a file that was cut off would end every reply address. Without `replace`, whoever writes
    first wins.
    """
    rows = (f'\n[[key]]\nid = "{key.id}"\nsecret = "{base64.b64encode(key.secret).decode("ascii")}"\n' for key in keys)
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
