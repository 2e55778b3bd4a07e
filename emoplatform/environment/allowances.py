"""What one person may use, and how often, by environment variables."""

from emoplatform.environment.environment import Environment


def rate_limits(env: Environment) -> dict[str, tuple[int, int]]:
    """Return rates as a count and a number of seconds.

    Of requests to the API of a person or token, of a person's new captures, frames to analyse,
    pages, pictures, and charts or exports, and of requests from an address that fail to
    authenticate.
    """
    return {
        "person": env.limit("API_LIMIT_PERSON", default="600/m"),
        "capture": env.limit("API_LIMIT_CAPTURE", default="120/m"),
        "detect": env.limit("API_LIMIT_DETECT", default="360/m"),
        "address": env.limit("API_LIMIT_ADDRESS", default="60/m"),
        "page": env.limit("PAGE_LIMIT", default="300/m"),
        "picture": env.limit("PICTURE_LIMIT", default="3000/m"),
        "chart": env.limit("CHART_LIMIT", default="60/m"),
    }


def quotas(env: Environment) -> dict[str, int]:
    """Return what one person may use, so that nobody fills the disk or keeps all others waiting."""
    return {
        "picture_bytes": env.size("QUOTA_PICTURES", default="2 GB"),
        "moments": env.count("QUOTA_MOMENTS_A_DAY", default=500),
        "imported_moments": env.count("QUOTA_IMPORTED_A_DAY", default=100_000),
        "tags": env.count("QUOTA_TAGS", default=2000),
        "heavy_at_once": env.count("QUOTA_HEAVY_AT_ONCE", default=4),
        "imports_at_once": env.count("IMPORTS_AT_ONCE", default=2),
    }
