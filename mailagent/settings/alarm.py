"""The table ``[alarm]`` of ``mailagent.toml``."""

from datetime import timedelta
from typing import Self

from pydantic import field_validator, model_validator

from mailagent.settings.sections import Server, Table
from mailagent.settings.values import Address, Duration


class AlarmMail(Table):
    """``[alarm.mail]``: a mail server that is not that of a watched mailbox, and whom it tells."""

    to: Address
    sender: Address
    smtp: Server
    user: str = ""
    secret: str = ""

    @model_validator(mode="after")
    def _has_a_password(self) -> Self:
        if self.user and not self.secret:
            raise ValueError(
                'user needs a secret, such as "env:ALARM_PASSWORD"; leave both out for a server without login'
            )
        return self


class AlarmSettings(Table):
    """``[alarm]``: who is told when mailagent does not do its work, by another way than the watched mailbox."""

    command: tuple[str, ...] = ()
    webhook: str = ""
    mail: AlarmMail | None = None
    remind: Duration = timedelta(hours=4)

    @field_validator("command")
    @classmethod
    def _names_a_program(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if not command or not command[0].strip():
            raise ValueError("name a program, with its arguments behind it, or take the line out")
        return command

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, webhook: str) -> str:
        if not webhook.strip():
            raise ValueError("write where an address is found, or take the line out")
        return webhook
