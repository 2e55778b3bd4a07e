"""Background jobs of shadow deployments."""

from django_tasks import task

from emotions.model_quality import shadowing


@task()
def shadow_read(capture_id: int, trial_id: int) -> None:
    """Let the version in shadow deployment read a new photo."""
    shadowing.shadow_read(capture_id=capture_id, trial_id=trial_id)
