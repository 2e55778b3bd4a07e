"""Labelled pictures in folders: `<split>/<emotion>/<picture>` in the shapes people download."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from common.archives import READ_ERRORS, Files, is_table
from common.imaging.sanitising import JPEG, PNG, is_webp
from ml.data.spellings import is_split, labelled, split_named, with_closest_emotion
from ml.emotions import Emotion

COMMON_SUFFIXES = (".png", ".jpg", ".jpeg")
"""Files with another ending are taken for pictures only after a look inside."""
MAX_NAMED = 12
"""Unknown folders that are named one by one."""

COPY = "in a second copy of the tree"
NO_SPLIT = "in an emotion's folder without a split such as train or test above it"
NOT_LABELLED = "no labelled picture"
NESTED = "an archive inside, which has to be unpacked first"
ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
UNSUPPORTED = "no JPEG, PNG or WebP inside"


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled picture of a source.

    Attributes:
        path: inside the source, with forward slashes.
        split: `train`, `validation` or `test`, or else the folder's own name.
        emotion: its label.
    """

    path: str
    split: str
    emotion: Emotion


class PictureTree:
    """The labelled pictures among some files.

    The folder of an emotion may lie at any depth, and have folders in it. Its split is the folder
    above it, unless only another folder of the path names a split, as in `train/images/happy` or
    `happy/train`. A picture that is there twice, as where archives hold a copy of themselves,
    counts once.

    Attributes:
        entries: the pictures, sorted by path.
        dropped: how many files are left out, by reason.
    """

    def __init__(self, files: Files, labels: Mapping[str, Emotion]) -> None:
        self.read = files.read
        self.entries: list[Entry] = []
        self.dropped: Counter[str] = Counter()
        strays: list[PurePosixPath] = []
        parents: set[PurePosixPath] = set()
        kept: dict[tuple[str, Emotion, str], list[str]] = {}
        # Of two copies the one that lies less deep is kept.
        paths = [PurePosixPath(name) for name in files.names if not is_table(name)]
        for path in sorted(paths, key=lambda path: (len(path.parts), path)):
            at = None if _is_hidden(path) else _emotion_at(path, labels)
            if at is None:
                strays.append(path)
                continue
            parents.add(path.parents[len(path.parts) - 1 - at])
            entry = _parse(path, at, labels)
            if entry is None:
                self.dropped[NO_SPLIT] += 1
            elif not _looks_like_picture(files, path):
                self.dropped[UNSUPPORTED] += 1
            else:
                twins = kept.setdefault((entry.split, entry.emotion, path.name), [])
                if any(files.checksum(twin) == files.checksum(entry.path) for twin in twins):
                    self.dropped[COPY] += 1
                else:
                    twins.append(entry.path)
                    self.entries.append(entry)
        self.entries.sort(key=lambda entry: entry.path)
        self.dropped += _count_strays(strays, parents)


def _emotion_at(path: PurePosixPath, labels: Mapping[str, Emotion]) -> int | None:
    """Return the position of the last folder of a path that names an emotion."""
    folders = path.parts[:-1]
    return next((at for at in reversed(range(len(folders))) if labelled(folders[at], labels)), None)


def _parse(path: PurePosixPath, at: int, labels: Mapping[str, Emotion]) -> Entry | None:
    """Return the entry of a picture whose emotion is the folder `at`, or None without a split."""
    folders = path.parts[:-1]
    emotion = labelled(folders[at], labels)
    above = folders[at - 1] if at else None
    split = split_named(above) if above else None
    if not split:
        others = (*folders[:at], *folders[at + 1 :])
        named = next((folder for folder in reversed(others) if is_split(folder)), None)
        split = split_named(named) if named else above
    return Entry(str(path), split, emotion) if split and emotion else None


def _is_hidden(path: PurePosixPath) -> bool:
    """Tell whether a file is one that systems hide, such as macOS's second half of each file."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _looks_like_picture(files: Files, path: PurePosixPath) -> bool:
    if path.suffix.lower() in COMMON_SUFFIXES:
        return True
    try:
        with files.open(str(path)) as file:
            head = file.read(12)
    except READ_ERRORS:
        return False
    return head.startswith((JPEG, PNG)) or is_webp(head)


def _count_strays(strays: list[PurePosixPath], parents: set[PurePosixPath]) -> Counter[str]:
    """Count the files that have no emotion, by the folder that names none where one should.

    Args:
        strays: the files.
        parents: the folders in which those of emotions lie.
    """
    unknown: Counter[str] = Counter()
    nested = 0
    for path in strays:
        if name := _unknown_class(path, parents):
            unknown[name] += 1
        elif path.suffix.lower() in ARCHIVE_SUFFIXES and not _is_hidden(path):
            nested += 1
    dropped = Counter(
        {
            f"in the folder {with_closest_emotion(name)}, which names no emotion": count
            for name, count in unknown.most_common(MAX_NAMED)
        }
    )
    rest = unknown.total() - dropped.total()
    dropped[f"in {len(unknown) - MAX_NAMED} more folders that name no emotion"] = rest
    dropped[NESTED] = nested
    dropped[NOT_LABELLED] = len(strays) - unknown.total() - nested
    return +dropped


def _unknown_class(path: PurePosixPath, parents: set[PurePosixPath]) -> str | None:
    """Return the name of the folder of a path that stands where an emotion is expected."""
    if _is_hidden(path):
        return None
    for folder in path.parents[:-1]:
        if folder.parent in parents or is_split(folder.parent.name):
            return None if is_split(folder.name) else folder.name
    return None
