"""How long lists are handed out."""

from rest_framework.pagination import CursorPagination


class HistoryPagination(CursorPagination):
    """Newest first, by a cursor that new captures do not shift."""

    ordering = ("-taken_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
