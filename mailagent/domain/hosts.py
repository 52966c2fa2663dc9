"""Which hosts are this machine: what goes to them crosses no network."""

import ipaddress


def is_this_machine(host: str) -> bool:
    """Whether `host` is a loopback address, or ``localhost``. No name is looked up: an answer could be forged."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
