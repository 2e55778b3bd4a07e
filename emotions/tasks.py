"""Jobs for `manage.py db_worker`; each calls one service that a command can call too."""

from django_tasks import task

from emotions import photos


@task()
def remove_files(names: list[str]) -> None:
    """Try again to remove stored files.

    Raises:
        OSError: when some still cannot be removed; `manage.py sweep_orphans` will find them.
    """
    remaining = photos.remove_files(names)
    if remaining:
        raise OSError(f"{len(remaining)} files could not be removed.")


@task()
def purge_trash() -> None:
    """Remove for ever what has been in the trash long enough."""
    from emotions.services import deleting  # noqa: PLC0415 - services hand jobs to this module

    deleting.purge_trash()
