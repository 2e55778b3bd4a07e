"""A Redis cache that may fail: nothing is cached or counted then, and the site goes on."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError

logger = logging.getLogger(__name__)

# Signing in makes a dozen calls, each of which may take as long as the timeout of the socket.
RESET_TIMEOUT = 5  # seconds
WARN_EVERY = 60  # seconds

T = TypeVar("T")


class CircuitBreaker:
    """Skips calls to Redis for a while after one has failed, and limits the warnings in the log."""

    def __init__(self) -> None:
        self.retry_at = self.warn_at = float("-inf")

    def call(self, function: Callable[..., T], *args: Any, fallback: T) -> T:
        """Return the result of a call to Redis, or the fallback if Redis is unavailable."""
        if time.monotonic() < self.retry_at:
            return fallback
        try:
            return function(*args)
        except RedisError:
            now = time.monotonic()
            self.retry_at = now + RESET_TIMEOUT
            if now >= self.warn_at:
                self.warn_at = now + WARN_EVERY
                logger.warning("Redis is unavailable: nothing is cached or counted", exc_info=True)
            return fallback


breaker = CircuitBreaker()


class FaultTolerantClient(RedisCacheClient):
    """Behaves like an empty cache while Redis is unavailable."""

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return breaker.call(super().add, key, value, timeout, fallback=True)

    def get(self, key: Any, default: Any) -> Any:
        return breaker.call(super().get, key, default, fallback=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        breaker.call(super().set, key, value, timeout, fallback=None)

    def delete(self, key: Any) -> bool:
        return breaker.call(super().delete, key, fallback=False)

    def incr(self, key: Any, delta: int) -> int:
        """Increment a counter.

        Raises:
            ValueError: If there is no such counter, as with every cache backend, or no Redis.
        """
        value = breaker.call(super().incr, key, delta, fallback=None)
        if value is None:
            raise ValueError(f"Key {key!r} not found.")
        return int(value)


class FaultTolerantRedisCache(RedisCache):
    """Django's Redis cache with a client that tolerates failures of Redis."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FaultTolerantClient
