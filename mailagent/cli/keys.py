"""``mailagent keys``: the keys that sign reply addresses and Message-IDs."""

import asyncio
from pathlib import Path

from mailagent.adapters.signing_keys import FILE, read_keys, rotate_keys
from mailagent.cli.show import say
from mailagent.errors import ConfigurationError
from mailagent.settings import load_settings
from mailagent.wiring.lock import changed_since_start, is_held
from mailagent.wiring.opening import lost_keys

ENDED = (
    "The reply addresses in open digests have ended: a decision sent to them is refused and the admin is told;"
    " reviewers decide by the next list of what waits, or by the digest that the customer's next message brings."
    " A customer's reply to mail of before comes into its case only where a mail server vouches for its sender; any"
    " other opens a case of its own."
)
UNREAD = (
    "The daemon was started before this file was changed, and works with the keys of then: restart it. Until then it"
    " also believes what was forgotten since, such as a key that leaked."
)
UNCHECKED = (
    "The keys of before are not in the new file: what they sealed cannot be checked, which 'mailagent audit --verify'"
    " says each time. Where people were forgotten before, 'mailagent db restore' cannot tell who they were, and is"
    " refused."
)


def see_keys(config: Path, *, rotate: bool, forget: bool) -> None:
    """Say which keys there are; `rotate` adds one, `forget` also ends the older ones. Raises `ConfigurationError` where
    they are lost and none is to be added.
    """
    settings = load_settings(config)
    data_dir = settings.path(settings.data_dir)
    lost = asyncio.run(lost_keys(settings))
    if lost and not (rotate or forget):
        raise ConfigurationError(lost)
    keys = rotate_keys(data_dir, forget=forget) if rotate or forget else read_keys(data_dir)
    if not keys:
        say(f"{data_dir / FILE}: there are no keys yet; the daemon makes one at its first start ('mailagent run').")
        return
    say(f"{data_dir / FILE}: signs with key {keys[-1].id}, believes {', '.join(key.id for key in keys)}.")
    if is_held(data_dir) and changed_since_start(data_dir, ()):
        say(UNREAD, "yellow")
    elif rotate or forget:
        say("The daemon uses it from its next start.")
    if forget or lost:
        say(ENDED)
    if lost:
        say(UNCHECKED)
