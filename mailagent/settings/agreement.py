"""What the files of ``config/`` must agree on with each other."""

import difflib
from collections.abc import Iterator, Sequence

from mailagent.settings.sections import CategorySettings, MailboxSettings, Reviewer, ReviewSettings, RuleSettings
from mailagent.toml_files import FILES

Problem = tuple[tuple[str | int, ...], str]
"""Where in the settings, and what is wrong there."""


def problems_of_names(
    mailboxes: Sequence[MailboxSettings], categories: Sequence[CategorySettings], rules: Sequence[RuleSettings]
) -> Iterator[Problem]:
    """Names that two entries have, and categories that rules name and nobody defined."""
    for table, key, names in (
        ("mailbox", "name", [mailbox.name for mailbox in mailboxes]),
        ("category", "id", [category.id for category in categories]),
        ("rule", "name", [rule.name for rule in rules]),
    ):
        for number, name in enumerate(names):
            if name in names[:number]:
                yield (table, number, key), f"two entries are named '{name}'; give each its own name"
    known = [category.id for category in categories]
    for number, rule in enumerate(rules):
        for category in rule.when.category or ():
            if category not in known:
                near = difflib.get_close_matches(category, known, n=1)
                hint = f", did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
                wrong = f"rule '{rule.name}' names the category '{category}', which {FILES['category']} does not have"
                yield ("rule", number, "when", "category"), f"{wrong}{hint}"


def problems_of_addresses(
    mailboxes: Sequence[MailboxSettings], review: ReviewSettings, reviewers: Sequence[Reviewer]
) -> Iterator[Problem]:
    """Digests and decisions that would end in a watched mailbox, where mail from our own address is not read; and
    groups and people that cannot be told apart.
    """
    watched = {_bare(row.address): row.name for row in mailboxes}
    if name := watched.get(_bare(review.queue)):
        wrong = f"{review.queue} is the watched mailbox '{name}': its digests would be taken for mail of our own"
        remedy = "name an address that the reviewers read in another mailbox"
        yield ("review", "queue"), f"{wrong}, and no person would see them; {remedy}"
    if review.escalate_to and (name := watched.get(_bare(review.escalate_to))):
        wrong = f"{review.escalate_to} is the watched mailbox '{name}': no person would see what is overdue"
        yield ("review", "escalate_to"), f"{wrong}; name a person or a list of people"
    names = {name.casefold() for row in reviewers for name in (row.name, row.name.split()[0])}
    owners: dict[str, str] = {}
    for number, reviewer in enumerate(reviewers):
        for group in reviewer.groups:
            if group.casefold() in names:
                wrong = f"a reviewer is called '{group}' too, and ASSIGN could not tell them apart"
                yield ("reviewer", number, "groups"), f"{wrong}; give the group another name"
        for address in reviewer.addresses:
            if (owner := owners.setdefault(address.casefold(), reviewer.name)) != reviewer.name:
                wrong = f"{address} is {owner}'s too, and nobody could tell who of them decided"
                yield ("reviewer", number, "addresses"), f"{wrong}; an address belongs to one reviewer"
            if name := watched.get(_bare(address)):
                wrong = (
                    f"{address} is the watched mailbox '{name}': mail from it is taken for our own, and cannot decide"
                )
                yield ("reviewer", number, "addresses"), f"{wrong}; give {reviewer.name} an address of their own"


def _bare(address: str) -> str:
    """Without the plus part, which ends in the same mailbox."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
