"""Jobs that remove the files of pictures."""

from django_tasks import task

from emotions.pictures import storage


@task()
def remove_files(names: list[str]) -> None:
    """Try again to remove stored files.

    Raises:
        OSError: when some still cannot be removed; `manage.py sweep_orphans` will find them.
    """
    remaining = storage.remove_files(names)
    if remaining:
        raise OSError(f"{len(remaining)} files could not be removed.")
