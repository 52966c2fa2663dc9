"""``mailagent check``: everything that admins edit, tried out without sending anything."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.knowledge import load_articles
from mailagent.adapters.secrets import is_literal
from mailagent.adapters.templates import JinjaTemplates
from mailagent.cli.check_outside import look_outside
from mailagent.cli.show import complain, say
from mailagent.domain.numbers import counted
from mailagent.domain.policy import SENDS
from mailagent.domain.routing import Rule, unreachable
from mailagent.errors import BAD_CONFIG, ConfigurationError, TemporaryError
from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from mailagent.mail.rating import read_rating
from mailagent.settings import Settings, load_settings
from mailagent.store.postgresql import read_url
from mailagent.wiring.accounts import check_accounts
from mailagent.wiring.alarms import build_alarms
from mailagent.wiring.knowledge import build_embedder
from mailagent.wiring.opening import place_of
from mailagent.wiring.triage import build_model


def check_all(config: Path) -> int:
    """Print every error and warning; returns 0, or 78 when there is an error."""
    settings = load_settings(config)
    errors = [*dict.fromkeys(_failures(settings, config))]
    outside = [] if errors else asyncio.run(look_outside(settings))
    errors += [str(error) for error in outside if isinstance(error, ConfigurationError)]
    away = [str(error) for error in outside if isinstance(error, TemporaryError)]
    for text in errors:
        complain(text)
    for text in (*_warnings(settings, config), *away):
        say(f"warning: {text}", "yellow")
    if errors:
        return BAD_CONFIG
    articles = load_articles(settings.path(settings.knowledge_dir))
    say(
        f"{config}: good. {counted(len(settings.mailbox), 'mailbox', 'mailboxes')},"
        f" {counted(len(settings.reviewer), 'reviewer')}, {counted(len(settings.rule), 'rule')},"
        f" {counted(len(settings.category), 'category', 'categories')}, {counted(len(articles), 'article')},"
        f" model {settings.model.provider}, mode {settings.mode}.",
        "green",
    )
    return 0


def _failures(settings: Settings, config: Path) -> Iterator[str]:
    where = place_of(settings)
    checks: list[Callable[[], object]] = [
        *([lambda: read_url(where)] if isinstance(where, str) else []),
        lambda: check_accounts(settings),
        lambda: build_alarms(settings, SystemClock(), AsyncExitStack()),
        lambda: build_model(settings, SystemClock()),
        lambda: build_embedder(settings),
        lambda: _known_categories(settings, config),
    ]
    try:
        templates = JinjaTemplates(settings.path(settings.templates_dir))
    except ConfigurationError as error:
        yield str(error)
    else:
        checks = [
            *checks,
            *(lambda name=name: _render(templates, name) for name in SAMPLES if not name.startswith("customer/")),
            *(lambda language=language: _write(templates, language) for language in templates.words.languages()),
        ]
    for check in checks:
        try:
            check()
        except ConfigurationError as error:
            yield str(error)


def _write(templates: JinjaTemplates, language: str) -> None:
    """Each mail to customers in one language."""
    for name in SAMPLES:
        if name.startswith("customer/"):
            _render(templates, name, language=language)
    rating = templates.text("customer/rating", {**SAMPLES["customer/rating"], "language": language})
    if read_rating(rating) is None:
        line = rating.split("\n")[0]
        raise ConfigurationError(
            f"templates/customer/words/{language}.toml: answer.rating: '{line}' is not read when it comes back; write"
            " it as in en.toml"
        )


def _render(templates: JinjaTemplates, name: str, **changed: str) -> None:
    values = {**SAMPLES[name], **changed}
    if name in WITHOUT_HTML:
        templates.text(name, values)
    else:
        templates.body(name, values)


def _known_categories(settings: Settings, config: Path) -> None:
    known = {category.id for category in settings.category}
    for article in load_articles(settings.path(settings.knowledge_dir)):
        if article.category not in known:
            raise ConfigurationError(
                f"{article.path}: error category: '{article.category}' is not in {config}/categories.toml;"
                f" known are {', '.join(sorted(known))}"
            )


def _warnings(settings: Settings, config: Path) -> Iterator[str]:
    if settings.review.authentication == "off":
        yield (
            f'{config}/review.toml: authentication = "off": anybody who sees a digest and forges a reviewer\'s address'
            " can decide"
        )
        if settings.replies.requires_auth:
            yield (
                f'{config}/review.toml: authentication = "off": every sender is taken at their word, so requires_auth'
                " in mailagent.toml holds nobody back: a forged mail is answered to whoever it names"
            )
    for mailbox in settings.mailbox:
        if is_literal(mailbox.secret):
            yield f"{config}/mailboxes.toml: mailbox '{mailbox.name}': secret is written in the file; use env: or file:"
    yield from _about_alarms(settings, config)
    if settings.model.secret and is_literal(settings.model.secret):
        yield f"{config}/model.toml: secret is written in the file; use env: or file:"
    embeddings = settings.model.embeddings
    if embeddings and embeddings.secret and is_literal(embeddings.secret):
        yield f"{config}/model.toml: embeddings: secret is written in the file; use env: or file:"
    if settings.mode == "shadow":
        yield f'{config}/mailagent.toml: mode = "shadow": mail is read and triaged, and {SENDS["shadow"]}'
    if settings.model.provider == "offline" and "auto" in {settings.mode, *settings.modes().by_category.values()}:
        yield (
            f'{config}: mode = "auto" in mailagent.toml or categories.toml, and provider = "offline" in model.toml:'
            ' that compares words and can take a mail amiss; write mode = "suggest", so that a person sees each answer'
        )
    watched = {mailbox.address for mailbox in settings.mailbox}
    if settings.admin in watched:
        yield (
            f"{config}/mailagent.toml: admin is a watched mailbox: notices are marked as read there like any mail of"
            " our own; name an address that a person reads"
        )
    yield from _unreachable(settings.rules(), config)


def _about_alarms(settings: Settings, config: Path) -> Iterator[str]:
    row = settings.alarm
    if not (row.command or row.webhook or row.mail):
        yield (
            f"{config}/mailagent.toml: there is no [alarm]: when the mailbox itself is broken, nobody hears of it; name"
            " a command, a webhook or a second mail server"
        )
    secrets = [row.webhook, row.mail.secret if row.mail else ""]
    if any(secret and is_literal(secret) for secret in secrets):
        yield f"{config}/mailagent.toml: alarm: a secret is written in the file; use env: or file:"


def _unreachable(rules: tuple[Rule, ...], config: Path) -> Iterator[str]:
    for rule, earlier in unreachable(rules):
        yield (
            f"{config}/routing.toml: rule '{rule.name}' is never reached: '{earlier.name}' above it matches whatever it"
            " matches; move it up, or remove one of them"
        )
    if rules[-1].when:
        yield f"{config}/routing.toml: the last rule has conditions; what no rule matches goes to a person"
