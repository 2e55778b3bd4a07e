"""A Redis that may be away: nothing is remembered then, and the site goes on."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

logger = logging.getLogger(__name__)

RESET_TIMEOUT = (
    5  # seconds; sign-in asks a dozen times, and each may wait as long as the socket does
)
WARN_EVERY = 60  # seconds

T = TypeVar("T")


class CircuitBreaker:
    """When this process asks a Redis that failed again, and when it tells of it again."""

    def __init__(self) -> None:
        self.retry_at = self.warn_at = float("-inf")

    def call(self, ask: Callable[..., T], *arguments: Any, otherwise: T) -> T:
        """Return what Redis answers, or what an empty cache would."""
        if time.monotonic() < self.retry_at:
            return otherwise
        try:
            return ask(*arguments)
        except RedisError:
            now = time.monotonic()
            self.retry_at = now + RESET_TIMEOUT
            if now >= self.warn_at:
                self.warn_at = now + WARN_EVERY
                logger.warning("nothing is remembered or counted: Redis is away", exc_info=True)
            return otherwise


breaker = CircuitBreaker()


class FaultTolerantClient(RedisCacheClient):
    """Answers as an empty cache does while Redis is away; counting finds no counter then."""

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Set what is not there yet."""
        return breaker.call(super().add, key, value, timeout, otherwise=True)

    def get(self, key: Any, default: Any) -> Any:
        """Return what is there."""
        return breaker.call(super().get, key, default, otherwise=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Remember."""
        breaker.call(super().set, key, value, timeout, otherwise=None)

    def delete(self, key: Any) -> bool:
        """Forget."""
        return breaker.call(super().delete, key, otherwise=False)

    def incr(self, key: Any, delta: int) -> int:
        """Count.

        Raises:
            ValueError: there is no such counter, as in every cache of Django's.
        """
        counted = breaker.call(super().incr, key, delta, otherwise=None)
        if counted is None:
            raise ValueError(f"Key {key!r} not found.")
        return int(counted)


class FaultTolerantRedisCache(RedisCache):
    """Django's cache in Redis, without which the site goes on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FaultTolerantClient
