"""The table ``[alarm]`` of ``mailagent.toml``."""

from datetime import timedelta
from typing import Self

from pydantic import model_validator

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
