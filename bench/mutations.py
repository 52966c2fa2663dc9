"""Remove, one at a time, what keeps the promises about mail: for each, some test must fail.

``python -m bench.mutations [NAME ...]`` prints the table of docs/reliability.md, and ends with 1 when a removal goes
unnoticed. It works on a copy of the project in a temporary folder.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("mailagent", "tests", "config", "templates", "knowledge", "bench", "docs", "pyproject.toml", "README.md")
SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """What is taken away: in `file` the first of each of `edits` becomes the second. `tests` should notice."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        name="the commit before the final dot",
        file="mailagent/store/sending.py",
        edits=(
            ('tries=entry.attempts + 1, state="eod")', 'tries=entry.attempts + 1, state="sending")'),
            ('_claimed(entry, "eod", "uncertain", told=', '_claimed(entry, *IN_HAND, "uncertain", told='),
            ('_claimed(entry, "eod", told=', "_claimed(entry, *IN_HAND, told="),
        ),
        tests=("tests/jobs/test_deliver_outbox.py", "tests/contract/test_store.py", "tests/crash"),
    ),
    Mutation(
        name="one message of a case at a time",
        file="mailagent/adapters/dispatch_local.py",
        edits=(("if case_id not in self._running and case_id not in leave_out:", "if case_id not in leave_out:"),),
        tests=("tests/unit/test_dispatch.py",),
    ),
    Mutation(
        name="the unique key of the outbox",
        file="mailagent/store/outbox.py",
        edits=(
            (
                "is not None:\n            continue\n",
                "is not None:\n            entry = __import__('dataclasses').replace(entry, key=f'{entry.key}:{at}')\n",
            ),
        ),
        tests=("tests/contract/test_store.py", "tests/crash/test_between_commits.py"),
    ),
    Mutation(
        name="the check of a token's signature",
        file="mailagent/mail/tokens.py",
        edits=(
            ("if key.id == mac[0] and hmac.compare_digest(mac, _mac(key, purpose, parts)):", "if key.id == mac[0]:"),
        ),
        tests=("tests/unit/test_tokens.py", "tests/jobs/test_forgeries.py"),
    ),
    Mutation(
        name="the check that the sender is a reviewer",
        file="mailagent/jobs/resume_reviews/job.py",
        edits=(
            (
                'NOT_LISTED if name is None else "" if reply.authenticated else NOT_PROVEN',
                '"" if reply.authenticated else NOT_PROVEN',
            ),
        ),
        tests=("tests/jobs/test_forgeries.py", "tests/jobs/test_resume_reviews.py"),
    ),
    Mutation(
        name="the check that the reviewer's address is proven",
        file="mailagent/jobs/resume_reviews/job.py",
        edits=(
            (
                'NOT_LISTED if name is None else "" if reply.authenticated else NOT_PROVEN',
                'NOT_LISTED if name is None else ""',
            ),
        ),
        tests=("tests/jobs/test_forgeries.py", "tests/jobs/test_resume_reviews.py"),
    ),
    Mutation(
        name="the escalation's nonce in the token",
        file="mailagent/jobs/sort_mail/reviewing.py",
        edits=(("if question is not None and question.nonce == token.nonce:", "if question is not None:"),),
        tests=("tests/jobs/test_restored_backup.py",),
    ),
    Mutation(
        name="history is of the customer alone",
        file="mailagent/store/messages.py",
        edits=(("                MessageRow.sender == of,\n", ""),),
        tests=("tests/jobs/test_history.py", "tests/contract/test_store.py"),
    ),
    Mutation(
        name="the counter of attempts at a mail",
        file="mailagent/jobs/sort_mail/job.py",
        edits=(("if message.begun >= DEATHS:", "if False:"),),
        tests=("tests/jobs/test_odd_folders.py",),
    ),
    Mutation(
        name="mail is flagged only once it is recorded",
        file="mailagent/jobs/receive_mail.py",
        edits=(
            (
                "await self.sightings.unmarked(self.mailbox.name, self.mailbox.folder, uidvalidity)",
                "await self.mailbox.uids()",
            ),
        ),
        tests=("tests/jobs/test_receive_mail.py", "tests/crash/test_between_commits.py"),
    ),
    Mutation(
        name="no automatic answer to old mail",
        file="mailagent/jobs/sort_mail/job.py",
        edits=(("if age > ANSWERED_WITHIN:", "if False:"),),
        tests=("tests/jobs/test_odd_folders.py",),
    ),
    Mutation(
        name="nothing is sent while a hold is in force",
        file="mailagent/store/sending.py",
        edits=((', ~holds | (col(OutboxRow.kind) == "notice")', ""),),
        tests=("tests/jobs/test_odd_folders.py",),
    ),
)


def main(names: list[str]) -> int:
    """Print a row for each; returns 1 when a removal went unnoticed."""
    unnoticed = 0
    print("| taken away | noticed by |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        for mutation in MUTATIONS:
            if names and not any(word in mutation.name for word in names):
                continue
            failed = _tried(copy, mutation)
            unnoticed += not failed
            print(f"| {mutation.name} | {failed or '**nothing**'} |", flush=True)
    return int(unnoticed > 0)


def _tried(copy: Path, mutation: Mutation) -> str:
    """The first test that fails without it, empty where none does."""
    file = copy / mutation.file
    text = file.read_text("utf-8")
    changed = text
    for old, new in mutation.edits:
        if text.count(old) != 1:
            raise SystemExit(f"{mutation.file}: '{mutation.name}' is not there once; correct {Path(__file__).name}")
        changed = changed.replace(old, new)
    file.write_text(changed, "utf-8")
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests],
            cwd=copy,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    finally:
        file.write_text(text, "utf-8")
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode != 1 and not failed:
        return "" if done.returncode == 0 else f"**{done.stdout.strip().splitlines()[-1][:80]}**"
    return f"`{failed[0].split('[')[0]}`"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
