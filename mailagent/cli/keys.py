"""``mailagent keys``: the keys that sign reply addresses and Message-IDs."""

from pathlib import Path

from mailagent.adapters.signing_keys import FILE, read_keys, rotate_keys
from mailagent.cli.show import say
from mailagent.settings import load_settings


def see_keys(config: Path, *, rotate: bool, forget: bool) -> None:
    """Say which keys there are; `rotate` adds one, `forget` also ends the older ones."""
    settings = load_settings(config)
    data_dir = settings.path(settings.data_dir)
    keys = rotate_keys(data_dir, forget=forget) if rotate or forget else read_keys(data_dir)
    if not keys:
        say(f"{data_dir / FILE}: there are no keys yet; the daemon makes one at its first start ('mailagent run').")
        return
    say(f"{data_dir / FILE}: signs with key {keys[-1].id}, believes {', '.join(key.id for key in keys)}.")
    if rotate or forget:
        say("Restart the daemon to use it.")
    if forget:
        say(
            "The reply addresses in open digests have ended: a decision sent to them is refused and the admin is told;"
            " reviewers decide at the customer's next message, which brings a new digest."
        )
