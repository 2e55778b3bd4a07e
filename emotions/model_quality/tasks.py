"""Jobs that try a version out on new photos."""

from django_tasks import task

from emotions.model_quality import shadowing


@task()
def read_on_trial(capture_id: int, trial_id: int) -> None:
    """Let the version on trial read a new photo."""
    shadowing.read_on_trial(capture_id=capture_id, trial_id=trial_id)
