"""A Redis that may be away: nothing is remembered then, and the site goes on."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

logger = logging.getLogger(__name__)

REST = 5  # seconds; sign-in asks a dozen times, and each may wait as long as the socket does
TELL_AGAIN_AFTER = 60  # seconds

Answer = TypeVar("Answer")


class Absence:
    """When this process asks a Redis that failed again, and when it tells of it again."""

    def __init__(self) -> None:
        self.ask_at = self.tell_at = float("-inf")

    def bridge(self, ask: Callable[..., Answer], *arguments: Any, otherwise: Answer) -> Answer:
        """Return what Redis answers, or what an empty cache would."""
        if time.monotonic() < self.ask_at:
            return otherwise
        try:
            return ask(*arguments)
        except RedisError:
            now = time.monotonic()
            self.ask_at = now + REST
            if now >= self.tell_at:
                self.tell_at = now + TELL_AGAIN_AFTER
                logger.warning("nothing is remembered or counted: Redis is away", exc_info=True)
            return otherwise


absence = Absence()


class ForgivingClient(RedisCacheClient):
    """Answers as an empty cache does while Redis is away; counting finds no counter then."""

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Set what is not there yet."""
        return absence.bridge(super().add, key, value, timeout, otherwise=True)

    def get(self, key: Any, default: Any) -> Any:
        """Return what is there."""
        return absence.bridge(super().get, key, default, otherwise=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Remember."""
        absence.bridge(super().set, key, value, timeout, otherwise=None)

    def delete(self, key: Any) -> bool:
        """Forget."""
        return absence.bridge(super().delete, key, otherwise=False)

    def incr(self, key: Any, delta: int) -> int:
        """Count.

        Raises:
            ValueError: there is no such counter, as in every cache of Django's.
        """
        counted = absence.bridge(super().incr, key, delta, otherwise=None)
        if counted is None:
            raise ValueError(f"Key {key!r} not found.")
        return int(counted)


class ForgivingRedisCache(RedisCache):
    """Django's cache in Redis, without which the site goes on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
