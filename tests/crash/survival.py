"""One crash, and what customers, reviewers and the admin see of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.acceptance.world import ADMIN, QUEUE, REVIEWER, Customer, Reviewer, World
from tests.crash.life import Life
from tests.crash.matrix import ANSWERS, IN_DOUBT, KEPT, UNSURE, Crash, Story

QUESTION = ("Payment methods", "Hello, which payment methods do you accept?\n\nTom\n")
ANGRY = ("Charged three times", "This is UNACCEPTABLE!!! You charged me THREE times for one order. I am furious!")
TOM = Customer.address
EXPECTED: Mapping[Story, Counter[str]] = {
    "answered": Counter({TOM: 1}),
    "escalated": Counter({TOM: 1, QUEUE: 1}),
    "decided": Counter({TOM: 2, QUEUE: 1, REVIEWER: 1}),
}
"""How many mails each gets."""
MOST_ROUNDS = 8


def survive(crash: Crash, world: World) -> tuple[int, int]:
    """Play the story until nothing is left to do; every mail must have left once, or as many people must have been told
    as mails are missing. Returns how many mails the customer has, and of how many the admin was told.
    """
    life = Life(world=world, crash=crash)
    if crash.outcome == KEPT:
        _keep_copies(world)
    Customer(world=world).writes(*(QUESTION if crash.story == "answered" else ANGRY))
    if crash.story == "decided":
        life.run(once=True, may_crash=False)
        reviewer = Reviewer(world=world)
        reviewer.replies(reviewer.receives_digest(), "MODIFY\nHello Tom,\nyour money is on its way back.")
        life.mails = 2
    if crash.outcome in ANSWERS:
        world.smtp.ends.append(ANSWERS[crash.outcome])

    life.run(once=False)
    for _ in range(MOST_ROUNDS):
        if life.crashed and life.is_done():
            break
        life.run(once=True)

    assert life.crashed, "no process came by that point"
    assert life.is_done(), "it does not come to rest"
    received = Counter(str(mail["Message-ID"]) for address in EXPECTED[crash.story] for mail in world.mails_to(address))
    seen = Counter({address: len(world.mails_to(address)) for address in EXPECTED[crash.story]})
    told = len({mail["Message-ID"] for mail in world.mails_to(ADMIN)})
    missing = EXPECTED[crash.story] - seen
    assert set(received.values()) <= {1}, "somebody got a mail twice"
    assert not seen - EXPECTED[crash.story], "somebody got more than one answer"
    assert missing.total() <= told, "a mail is missing, and nobody was told"
    proven = crash.outcome == KEPT and crash.point == "outbox.answered"
    if proven or (crash.point not in IN_DOUBT and crash.outcome not in ("554 no", *UNSURE)):
        assert (missing.total(), told) == (0, 0), "all could have been well"
    assert world.audit(at=datetime.now(UTC) + life.ahead) == []
    return seen[TOM], told


def _keep_copies(world: World) -> None:
    """As many providers do, the server keeps what is sent in the folder Sent, which the daemon knows."""
    with world.dovecot.client(world.user) as client:
        client.create_folder("Sent")
    file = world.config / "mailboxes.toml"
    file.write_text(f'{file.read_text()}journal = "Sent"\n')
    world.smtp.on_accept = lambda mail: world.dovecot.append(world.user, mail.raw, "Sent")
