"""What can be wrong with a dataset."""


class DatasetError(ValueError):
    """A dataset is not as expected; the message says what was expected and what was received."""
