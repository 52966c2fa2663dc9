"""``mailagent demo``: the real daemon against mail servers inside this process; nothing leaves the machine.

Customers write by SMTP, the daemon reads by IMAP and answers by SMTP, and whoever sits at the keyboard is the reviewer.
"""

import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import typer
from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mailagent.adapters.smtp import SmtpAccount, SmtpSender
from mailagent.demo.scenes import (
    ADMIN,
    DOMAINS,
    QUEUE,
    REVIEWER,
    REVIEWER_NAME,
    SCENES,
    SUPPORT,
    Scene,
    body_of,
    customer_mail,
    reviewer_reply,
)
from mailagent.demo.servers import DemoServers
from mailagent.domain.case import CaseId, case_in_subject
from mailagent.events import configure_logging
from mailagent.settings import Settings, load_settings
from mailagent.shipped import shipped_folder
from mailagent.wiring.daemon import open_daemon
from mailagent.wiring.opening import open_views

PATIENCE = 30.0
"""Seconds to wait for a mail that must come."""
COLUMNS = ("case", "category", "sentiment", "disposition", "rule", "priority", "decision")
LINES = 44
"""Lines of a mail that are shown; the rest is in the mailbox."""


def play_demo(*, unattended: bool) -> int:
    """Play all scenes; returns 0 when each ended as it must."""
    attended = sys.stdin.isatty() and not unattended
    servers = DemoServers(domains=DOMAINS, mailboxes=(SUPPORT, QUEUE, REVIEWER))
    with (
        servers,
        tempfile.TemporaryDirectory(prefix="mailagent-demo-") as folder,
        (Path(folder) / "demo.log").open("w", encoding="utf-8") as log,
    ):
        settings = load_settings(_configure(Path(folder), servers))
        configure_logging(json_lines=True, file=log)
        return asyncio.run(_Demo(servers=servers, settings=settings, attended=attended).play())


@dataclass(kw_only=True)
class _Demo:
    servers: DemoServers
    settings: Settings
    attended: bool
    screen: Console = field(default_factory=lambda: Console(highlight=False))
    seen: dict[str, int] = field(default_factory=dict)

    async def play(self) -> int:
        stop = asyncio.Event()
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        async with open_daemon(self.settings) as daemon:
            running = asyncio.create_task(daemon.run(stop))
            try:
                self._introduce()
                for number, scene in enumerate(SCENES, start=1):
                    await self._scene(number, scene)
                good = await self._sum_up()
                if self.attended:
                    await self._ask("\nThe servers stay up for your mail client until you press Enter.\n")
            finally:
                stop.set()
                await running
        return 0 if good else 1

    def _introduce(self) -> None:
        servers = self.servers
        self.screen.print(Rule("mailagent demo"))
        self.screen.print(
            "Everything runs in this process and in memory; nothing leaves the machine. Model: offline.\n"
            f"Join with a mail client, without encryption:\n"
            f"  IMAP {servers.host}:{servers.imap_port}   SMTP {servers.host}:{servers.smtp_port}\n"
            f"  user = any address below, password = {servers.password}\n"
            f"  customers mail {SUPPORT}; digests go to {QUEUE}; {REVIEWER} may decide\n"
        )

    async def _scene(self, number: int, scene: Scene) -> None:
        self.screen.print(Rule(f"{number}. {scene.title}", align="left"))
        mail = customer_mail(scene)
        self._show("customer writes", mail, "cyan")
        await self._send(scene.address, SUPPORT, mail)
        if scene.disposition == "reply":
            self._show("customer gets", await self._next(scene.address), "green")
            return
        self._show("customer gets", await self._next(scene.address), "green")
        digest = await self._next(QUEUE)
        self._show("reviewers get", digest, "yellow")
        state = ""
        while state in ("", "waiting"):
            text = await self._decide(scene)
            await self._send(REVIEWER, str(digest["Reply-To"]), reviewer_reply(digest, text))
            self.screen.print(Panel(Text(text), title=f"{REVIEWER_NAME} replies", title_align="left", style="magenta"))
            self._show("reviewer gets", await self._next(REVIEWER), "yellow")
            state = await self._outcome(scene, digest)

    async def _outcome(self, scene: Scene, digest: EmailMessage) -> str:
        """Show what the customer got by a decision, if anything; returns the state of the case."""
        async with open_views(self.settings) as views:
            case = await views.case(case_in_subject(str(digest["Subject"])) or CaseId(0))
        assert case is not None  # noqa: S101 - reviewers were asked about it
        mails = [row for row in cast("list[Mapping[str, object]]", case["mails"]) if row["to"] == scene.address]
        for _ in range(self.seen[scene.address], len(mails)):
            self._show("customer gets", await self._next(scene.address), "green")
        return str(case["state"])

    async def _decide(self, scene: Scene) -> str:
        if not self.attended:
            return scene.answer
        return await self._ask(
            "You are the reviewer. Reply as you would by mail: APPROVE, or REJECT, or MODIFY and your text below it.\n"
            "End with a line that holds only a dot.\n",
            whole=True,
        )

    async def _ask(self, prompt: str, *, whole: bool = False) -> str:
        """What the person at the keyboard types: a line, or all up to a dot."""
        self.screen.print(Text(prompt, style="bold magenta"))
        lines: list[str] = []
        while True:
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                raise typer.Abort
            if whole and line.strip() == ".":
                break
            lines.append(line.rstrip("\n"))
            if not whole:
                break
        return "\n".join(lines)

    async def _send(self, sender: str, recipient: str, mail: EmailMessage) -> None:
        """By SMTP, as any mail client would."""
        account = SmtpAccount(
            name="demo",
            host=self.servers.host,
            port=self.servers.smtp_port,
            security="none",
            user=None,
            password=None,
            sender=sender,
        )
        smtp = SmtpSender(account)
        try:
            await smtp.send(recipient, bytes(mail))
        finally:
            await smtp.close()

    async def _next(self, address: str) -> EmailMessage:
        """The next mail in the mailbox of `address`."""
        count = self.seen[address] = self.seen.get(address, 0) + 1
        raw = (await self.servers.wait_for_mail(address, count, PATIENCE))[count - 1]
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - the policy makes it one
        return mail

    def _show(self, title: str, mail: EmailMessage, colour: str) -> None:
        lines = body_of(mail).splitlines()
        if not self.attended and len(lines) > LINES:
            lines = [*lines[:LINES], f"... {len(lines) - LINES} more lines in the mailbox"]
        head = f"From: {mail['From']}\nTo: {mail['To']}\nSubject: {mail['Subject']}\n\n"
        self.screen.print(Panel(Text(head + "\n".join(lines)), title=title, title_align="left", border_style=colour))

    async def _sum_up(self) -> bool:
        """The log of what was decided, against what must come of each scene."""
        async with open_views(self.settings) as views:
            entries: list[Mapping[str, object]] = [entry async for entry in views.log_entries()]
        triaged = [entry for entry in entries if entry["disposition"] != "review"]
        self.screen.print(Rule("What the log says", align="left"))
        table = Table(box=None, pad_edge=False)
        for name in COLUMNS:
            table.add_column(name.capitalize())
        for entry in triaged:
            table.add_row(*(str(entry[name] or "-") for name in COLUMNS))
        self.screen.print(table)
        found = [(str(entry["disposition"]), str(entry["rule"])) for entry in triaged]
        wanted = [(scene.disposition, scene.rule) for scene in SCENES]
        good = found[: len(wanted)] == wanted
        self.screen.print(
            Text(
                f"\n{len(SCENES)} mails, each triaged as it must be."
                if good
                else f"\nexpected {wanted}, found {found}",
                style="green" if good else "red",
            )
        )
        return good


def _configure(folder: Path, servers: DemoServers) -> Path:
    """The shipped configuration, pointed at the demo's servers."""
    shipped, config = shipped_folder(), folder / "config"
    for name in ("config", "templates", "knowledge"):
        shutil.copytree(shipped / name, folder / name)
    place = f'host = "{servers.host}", security = "none"'
    files = {
        "mailagent": f'name = "Larkfield Support"\ntimezone = "Europe/Vienna"\nmode = "auto"\nadmin = "{ADMIN}"\n',
        "mailboxes": f'[[mailbox]]\nname = "support"\naddress = "{SUPPORT}"\n'
        f"imap = {{ {place}, port = {servers.imap_port} }}\nsmtp = {{ {place}, port = {servers.smtp_port} }}\n"
        f'user = "{SUPPORT}"\nsecret = "{servers.password}"\nsmtp_user = ""\nbaseline = "all"\n',
        "review": f'queue = "{QUEUE}"\nauthserv_id = "{servers.authserv_id}"\nundo_window = "0m"\nconfirm = "actor"\n',
        "reviewers": f'[[reviewer]]\nname = "{REVIEWER_NAME}"\naddresses = ["{REVIEWER}"]\n',
    }
    for name, text in files.items():
        (config / f"{name}.toml").write_text(text, encoding="utf-8")
    return config
