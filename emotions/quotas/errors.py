"""Reasons for which a person has to wait, or to make room; nothing was written then."""


class PicturesQuotaError(Exception):
    """The pictures that are kept leave no room for another one."""


class TagsQuotaError(Exception):
    """There are as many tags as there can be."""


class MomentsQuotaError(Exception):
    """As many moments came in today as can on one day."""


class ImportedQuotaError(Exception):
    """As many moments were imported today as can be on one day."""


class TooManyAtOnceError(Exception):
    """As much as may be at once is still being worked on."""


class ImportsBusyError(Exception):
    """As many imports as the site allows at once are running, all of them other people's."""
