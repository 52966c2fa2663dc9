"""Ring when the daemon does not do its work, by another way than the mailbox that may be broken.

Each trouble is told once, with a reminder while it lasts, and when it is over. What comes and goes is told at most once
within the time of a reminder. What nobody seems to have heard is told again, ever less often: it may have arrived.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailagent.domain.vitals import Trouble, over, troubles
from mailagent.errors import TemporaryError, spoken
from mailagent.events import log
from mailagent.ports import Alarm, AlarmBook, Clock, Watched

DATABASE = Trouble(name="database", text="the database does not answer; no mail can be taken or sent")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
"""Between two tries of an alarm that fails: each is twice as long as the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What to tell of one trouble, now or never again."""

    trouble: Trouble
    over: bool

    @property
    def key(self) -> tuple[str, bool]:
        """The same while it lasts, however much of it there is."""
        return self.trouble.name, self.over


@dataclass(frozen=True, kw_only=True)
class WatchHealth:
    """A `Job`. `free` tells how many bytes the disk has left; `started` is when this process began. One pager may serve
    several installations: `company` says which. Times are told in `zone`.
    """

    company: str
    zone: ZoneInfo
    watched: Watched
    free: Callable[[], int]
    alarms: Sequence[Alarm]
    book: AlarmBook
    remind: timedelta
    started: datetime
    clock: Clock
    name: str = "watch_health"
    _failed: dict[tuple[str, bool], tuple[datetime, timedelta]] = field(default_factory=dict)
    """When it was told to nobody, and how long to wait then."""

    async def due(self) -> Sequence[News]:
        """What changed, or lasts so long that it is worth a reminder."""
        if not self.alarms:
            return []
        now = self.clock.now()
        found = await self._troubles(now)
        news = [News(trouble=trouble, over=False) for trouble in found if self._is_news(trouble, now)]
        if found == [DATABASE]:
            return self._to_try(news, now)  # whether the others are over it does not tell
        names = {trouble.name for trouble in found}
        ended = (
            Trouble(name=name, text=over(name, since=since.astimezone(self.zone)))
            for name, since in sorted(self.book.open().items())
            if name not in names
        )
        return self._to_try([*news, *(News(trouble=trouble, over=True) for trouble in ended)], now)

    async def handle(self, news: News) -> None:
        """Tell it by every way. Raises `TemporaryError` when none of them worked."""
        text = f"mailagent at {self.company}: {news.trouble.text}"
        sounded = await asyncio.gather(*(alarm.sound(text) for alarm in self.alarms), return_exceptions=True)
        failed = [result for result in sounded if isinstance(result, Exception)]
        for error in failed:
            log("alarm.failed", trouble=news.trouble.name, reason=spoken(error))
        if len(failed) == len(self.alarms):
            _, last = self._failed.get(news.key, (None, FIRST_PAUSE / 2))
            self._failed[news.key] = (self.clock.now(), min(2 * last, LONGEST_PAUSE))
            raise TemporaryError(f"no alarm could be given: {failed[0]}")
        self._failed.pop(news.key, None)
        log("alarm.sounded", trouble=news.trouble.name, over=news.over)
        self.book.write(news.trouble.name, at=self.clock.now(), size=news.trouble.size, over=news.over)

    def attempts(self, news: News) -> int:  # noqa: ARG002 - it is told again and again
        """See `Job`."""
        return 0

    async def postpone(self, news: News, reason: str) -> None:
        """It is due again after a pause."""

    async def set_aside(self, news: News, error: Exception) -> None:
        """It is due again after a pause."""

    def _to_try(self, news: Sequence[News], now: datetime) -> list[News]:
        """Without what rests after a failure; a clock that was put back ends a rest."""
        rests = {key for key, (failed, pause) in self._failed.items() if failed <= now < failed + pause}
        return [item for item in news if item.key not in rests]

    async def _troubles(self, now: datetime) -> list[Trouble]:
        try:
            vitals = await self.watched.vitals(at=now)
        except Exception:  # noqa: BLE001 - whatever it is, the database is what must be told of
            return [DATABASE]
        return troubles(replace(vitals, free_bytes=self.free()), since=self.started, at=now)

    def _is_news(self, trouble: Trouble, now: datetime) -> bool:
        told = self.book.told(trouble.name)
        if told is None:
            return True
        at, size = min(told[0], now), told[1]  # by a clock that was ahead, no reminder would come until that time
        if trouble.size < size or at < told[0]:  # some of it was seen to; one more is news then
            self.book.write(trouble.name, at=at, size=trouble.size, over=False)
        lasts = trouble.size == 0 or trouble.size > size
        return lasts and now - at >= self.remind
