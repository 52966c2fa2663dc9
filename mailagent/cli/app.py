"""The commands. Each imports what it needs when it runs, so that help is quick."""

from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.app_db import db
from mailagent.cli.app_groups import aside, kb, reviewer, rules
from mailagent.cli.options import CONFIG, AsJson, ConfigFolder, Files, whole_number
from mailagent.errors import EXIT_CODES

app = typer.Typer(
    name="mailagent",
    no_args_is_help=True,
    epilog=f"Exit codes: {', '.join(f'{code} {says}' for code, says in EXIT_CODES.items())}. More: docs/commands.md",
    pretty_exceptions_enable=False,
    add_completion=False,
)

for group in (rules, kb, reviewer, aside, db):
    app.add_typer(group)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer gives it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mailagent {version('mailagent')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Triage a support mailbox: answer what the knowledge base answers, put the rest before a person by email."""


@app.command()
def run(
    config: ConfigFolder = CONFIG,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Watch the mailboxes until stopped by SIGTERM or Ctrl-C."""
    from mailagent.cli.run import run_daemon

    raise typer.Exit(run_daemon(config, once=once))


@app.command()
def demo(
    *,
    play: Annotated[bool, typer.Option("--play", help="Play the reviewer too, unattended.")] = False,
) -> None:
    """The whole job against mail servers inside this process; nothing leaves the machine."""
    from mailagent.demo.play import play_demo

    raise typer.Exit(play_demo(unattended=play))


@app.command()
def check(config: ConfigFolder = CONFIG) -> None:
    """Check config/, templates/ and knowledge/ without sending anything."""
    from mailagent.cli.check import check_all

    raise typer.Exit(check_all(config))


@app.command()
def metrics(config: ConfigFolder = CONFIG) -> None:
    """Print figures for Prometheus: a collector for text files reads them."""
    from mailagent.cli.metrics import print_metrics

    print_metrics(config)


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(metavar="FILE.eml")],
    config: ConfigFolder = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what would happen to a mail: sender, signals, mode, rule, reply. Sends nothing."""
    from mailagent.cli.mails import try_mail

    try_mail(file, config, as_json=as_json)


@app.command("eval")
def eval_(
    file: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Labelled mails, one JSON object a line.")],
    config: ConfigFolder = CONFIG,
    *,
    split: Annotated[str | None, typer.Option(help="Only lines with this split, such as test.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what was not as expected, one a line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure triage on labelled mails: what it gets right, and what its mistakes cost. Sends nothing."""
    from mailagent.cli.evaluate import evaluate

    raise typer.Exit(evaluate(file, config, split=split, with_misses=misses, as_json=as_json))


@app.command()
def inspect(files: Files, *, as_json: AsJson = False) -> None:
    """Show how mails are read: sender, kind, new text."""
    from mailagent.cli.mails import inspect_mails

    raise typer.Exit(inspect_mails(files, as_json=as_json))


@app.command()
def cases(
    config: ConfigFolder = CONFIG,
    *,
    to_decide: Annotated[bool, typer.Option("--to-decide", help="Only those that wait for a reviewer.")] = False,
    limit: Annotated[int, typer.Option(help="At most this many.", parser=whole_number, metavar="N")] = 50,
    as_json: AsJson = False,
) -> None:
    """List cases."""
    from mailagent.cli.cases import list_cases

    list_cases(config, to_decide=to_decide, limit=limit, as_json=as_json)


@app.command()
def case(
    number: Annotated[str, typer.Argument(metavar="C-n")], config: ConfigFolder = CONFIG, *, as_json: AsJson = False
) -> None:
    """Show one case: messages, questions, decisions, mails."""
    from mailagent.cli.cases import show_case

    raise typer.Exit(show_case(config, number, as_json=as_json))


@app.command()
def status(
    config: ConfigFolder = CONFIG,
    *,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing; exit code 1 if the daemon fails.")] = False,
) -> None:
    """Show what waits, and whether the servers worked when last used. Exit code 1 when something needs a person."""
    from mailagent.cli.status import is_broken, show_status

    raise typer.Exit(is_broken(config) if quiet else show_status(config, as_json=as_json))


@app.command()
def log(config: ConfigFolder = CONFIG) -> None:
    """Print the entry of every message as JSON lines, oldest first."""
    from mailagent.cli.status import print_log

    print_log(config)


@app.command()
def spam(
    config: ConfigFolder = CONFIG,
    *,
    remove: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Read this sender's mail again.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the senders that reviewers called spam, or take one off the list."""
    from mailagent.cli.spam import see_spam

    raise typer.Exit(see_spam(config, remove, as_json=as_json))


@app.command()
def corrections(config: ConfigFolder = CONFIG) -> None:
    """Print what reviewers corrected with SET, as labelled mails for 'mailagent eval'."""
    from mailagent.cli.corrections import print_corrections

    print_corrections(config)


@app.command()
def keys(
    config: ConfigFolder = CONFIG,
    *,
    rotate: Annotated[bool, typer.Option("--rotate", help="Add a key and sign with it from the next start.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Add one and end the older ones, after a leak: open digests end too.")
    ] = False,
) -> None:
    """Show or change the keys that sign reply addresses."""
    from mailagent.cli.keys import see_keys

    if rotate and forget:
        raise typer.BadParameter("choose --rotate, or --forget after a leak: it adds a key too", param_hint="--forget")
    see_keys(config, rotate=rotate, forget=forget)


@app.command()
def hold(
    reason: Annotated[str, typer.Argument(metavar='"REASON"', help="For whoever asks what waits.")],
    config: ConfigFolder = CONFIG,
    *,
    restored: Annotated[
        bool, typer.Option("--restored", help="The data was put back from a backup: older mail goes to a person.")
    ] = False,
) -> None:
    """Send nothing but notices until 'mailagent resume'; mail is still received and decided."""
    from mailagent.cli.holds import put_hold

    if not (reason := " ".join(reason.split())):
        raise typer.BadParameter("say why nothing is to be sent, for whoever asks at night", param_hint='"REASON"')
    put_hold(config, reason, restored=restored)


@app.command()
def resume(config: ConfigFolder = CONFIG) -> None:
    """Lift every hold, say which, and send again: what was held, and what waits since then."""
    from mailagent.cli.holds import lift_holds

    lift_holds(config)


@app.command()
def alarm(
    text: Annotated[str, typer.Argument(metavar='"TEXT"')] = "this is only a test", config: ConfigFolder = CONFIG
) -> None:
    """Tell a text by every way that mailagent.toml names for alarms, to see whether it reaches you."""
    from mailagent.cli.alarm import try_alarm

    if not (text := " ".join(text.split())):
        raise typer.BadParameter("say what is to be told, or leave it out", param_hint='"TEXT"')
    raise typer.Exit(try_alarm(config, text))


@app.command()
def forget(
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS")] = None,
    config: ConfigFolder = CONFIG,
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Whoever was forgotten since the backup was made that you have put back.")
    ] = False,
) -> None:
    """Clear all that is known of a person: their mail, their cases, what was written to them. Stop the daemon first."""
    from mailagent.cli.forget import forget as clear
    from mailagent.cli.forget import forget_all_again

    if again == (address is not None):
        raise typer.BadParameter("name an address, or --again after a backup was put back", param_hint="ADDRESS")
    raise typer.Exit(clear(config, address) if address is not None else forget_all_again(config))


@app.command()
def audit(
    config: ConfigFolder = CONFIG,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also check the record of what was received, decided and sent.")
    ] = False,
    known: Annotated[
        str, typer.Option(metavar="SEQ:SEAL", help="What --verify printed as the last entry once: it must be there.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Look for broken promises: mail without an outcome, two answers, failures that nobody was told of."""
    from mailagent.cli.audit import audit_promises

    raise typer.Exit(audit_promises(config, verify=verify, known=known, as_json=as_json))
