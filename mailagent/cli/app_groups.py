"""The commands in groups. Each imports what it needs when it runs, so that help is quick."""

from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.options import CONFIG, AsJson, ConfigFolder, Files, whole_number

rules = typer.Typer(name="rules", help="The rule table of routing.toml: list, test, explain.", no_args_is_help=True)
kb = typer.Typer(name="kb", help="The articles that answers are taken from.", no_args_is_help=True)
reviewer = typer.Typer(name="reviewer", help="Who may decide, and how their replies are read.", no_args_is_help=True)
aside = typer.Typer(name="aside", help="Mail that could not be handled: list, show, retry, done.", no_args_is_help=True)
AsideMessage = Annotated[
    int, typer.Argument(metavar="MESSAGE", parser=whole_number, help="Its number, as the list shows it.")
]


@rules.command("list")
def rules_list(config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """Show the rule table in its order."""
    from mailagent.cli.rules import list_rules

    list_rules(config, as_json=as_json)


@rules.command("test")
def rules_test(
    file: Annotated[Path, typer.Argument(metavar="FILE.eml")],
    config: ConfigFolder = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Show which rules match a mail, and on which values. Sends nothing."""
    from mailagent.cli.rules import try_rules

    try_rules(file, config, as_json=as_json)


@rules.command("explain")
def rules_explain(
    number: Annotated[str, typer.Argument(metavar="C-n")], config: ConfigFolder = CONFIG, *, as_json: AsJson = False
) -> None:
    """Show which rules matched the newest message of a case, and on which values."""
    from mailagent.cli.rules import explain_case

    raise typer.Exit(explain_case(config, number, as_json=as_json))


@kb.command("list")
def kb_list(config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """List the articles; expired ones are marked."""
    from mailagent.cli.kb import list_articles

    raise typer.Exit(list_articles(config, as_json=as_json))


@kb.command("check")
def kb_check(config: ConfigFolder = CONFIG) -> None:
    """Print all that is wrong with the articles: file, line, and what to write instead."""
    from mailagent.cli.kb import check_articles

    raise typer.Exit(check_articles(config))


@kb.command("search")
def kb_search(
    words: Annotated[str, typer.Argument(metavar='"WORDS"')],
    config: ConfigFolder = CONFIG,
    *,
    language: Annotated[str | None, typer.Option(metavar="TAG", help="The mail's language, such as de.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which articles a mail with these words would find, and why."""
    from mailagent.cli.kb import search_articles

    raise typer.Exit(search_articles(config, words, language=language, as_json=as_json))


@kb.command("gaps")
def kb_gaps(config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """Show what customers asked that no article answers, the most frequent first."""
    from mailagent.cli.kb import show_gaps

    show_gaps(config, as_json=as_json)


@reviewer.command("list")
def reviewer_list(config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """List who may decide."""
    from mailagent.cli.reviewers import list_reviewers

    list_reviewers(config, as_json=as_json)


@reviewer.command("read")
def reviewer_read(files: Files, config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """Show what mails would do as replies of a reviewer. Changes nothing, and needs no configuration."""
    from mailagent.cli.reviewers import read_replies

    raise typer.Exit(read_replies(files, config, as_json=as_json))


@aside.command("list")
def aside_list(config: ConfigFolder = CONFIG, *, as_json: AsJson = False) -> None:
    """List the mail that was set aside, and why."""
    from mailagent.cli.aside import list_aside

    list_aside(config, as_json=as_json)


@aside.command("show")
def aside_show(message: AsideMessage, config: ConfigFolder = CONFIG) -> None:
    """Print a mail as it came."""
    from mailagent.cli.aside import show_aside

    raise typer.Exit(show_aside(config, message))


@aside.command("retry")
def aside_retry(message: AsideMessage, config: ConfigFolder = CONFIG) -> None:
    """Give a mail another try, once the cause is mended."""
    from mailagent.cli.aside import retry_aside

    raise typer.Exit(retry_aside(config, message))


@aside.command("done")
def aside_done(message: AsideMessage, config: ConfigFolder = CONFIG) -> None:
    """Take a mail off the list that you have answered yourself; its bytes are kept."""
    from mailagent.cli.aside import end_aside

    raise typer.Exit(end_aside(config, message))
