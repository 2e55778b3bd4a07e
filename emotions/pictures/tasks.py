"""Jobs that delete the files of pictures."""

from django_tasks import task

from emotions.pictures import storage


@task()
def remove_files(names: list[str]) -> None:
    """Delete stored files that could not be deleted before.

    Raises:
        OSError: some still cannot be deleted; `manage.py sweep_orphans` will find them.
    """
    remaining = storage.remove_files(names)
    if remaining:
        raise OSError(f"{len(remaining)} files could not be removed.")
