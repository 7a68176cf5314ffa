"""Logs in the desk: to read, to filter, to take along as CSV or JSON Lines, and never to change.

An app shows a log of its own by registering a subclass of LogAdmin; the tabs above every log name
all of those that somebody may see.
"""

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

ROWS_AT_ONCE = 2_000  # fetched and sent, however long the log is

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class LogAdmin(admin.ModelAdmin):
    """A log. `columns` are methods or fields, each with the name it has in an export."""

    log_title = ""
    columns: dict[str, str] = {}
    view_permission = ""
    export_permission = ""

    actions = None
    change_list_template = "admin/log.html"
    list_display_links = None
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.view_permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the log may be taken along. Who may not read it may not take it, either."""
        return self.has_view_permission(request) and request.user.has_perm(self.export_permission)

    def row(self, entry: Any) -> dict[str, Any]:
        """Return an entry as an export holds it: by column, plain values."""
        raise NotImplementedError

    @property
    def list_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    # Pages

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        exports = [
            path(f"export.{ending}", self.admin_site.admin_view(view), name=f"{name}_{ending}")
            for ending, view in (("csv", self.csv_view), ("jsonl", self.jsonl_view))
        ]
        return [*exports, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        exports = []
        if self.has_export_permission(request):
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            exports = [
                (label, f"{self.list_address}export.{ending}{query}")
                for label, ending in (("CSV", "csv"), ("JSON Lines", "jsonl"))
            ]
        context = {"title": self.log_title, "tabs": self._tabs(request), "exports": exports}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A row has no page of its own: all there is of it stands in the list."""
        return self._to_the_list(request)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A row of a log has no history: it cannot change."""
        return self._to_the_list(request)

    def csv_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Answer with what the filters leave of the log, as CSV."""

        def lines(entries: Iterator[Any]) -> Iterator[str]:
            writer = csv.writer(_Echo())
            yield writer.writerow(self.columns.values())
            for entry in entries:
                row = self.row(entry)
                yield writer.writerow([harmless(row[column]) for column in self.columns])

        return self._export(request, lines, "text/csv; charset=utf-8", "csv")

    def jsonl_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Answer with what the filters leave of the log, a JSON object on each line."""

        def lines(entries: Iterator[Any]) -> Iterator[str]:
            for entry in entries:
                yield json.dumps(self.row(entry), ensure_ascii=False) + "\n"

        return self._export(request, lines, "application/jsonl; charset=utf-8", "jsonl")

    def _export(
        self,
        request: HttpRequest,
        lines: Callable[[Iterator[Any]], Iterator[str]],
        content_type: str,
        ending: str,
    ) -> HttpResponse | StreamingHttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            entries: QuerySet = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(self.list_address + "?e=1")
        response = StreamingHttpResponse(
            lines(entries.iterator(chunk_size=ROWS_AT_ONCE)), content_type=content_type
        )
        name = f"{self.opts.model_name}s.{ending}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _to_the_list(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(self.list_address)

    def _tabs(self, request: HttpRequest) -> list[tuple[str, str, bool]]:
        """Return (title, address, whether it is this one) of each log that may be seen."""
        return [
            (log.log_title, log.list_address, log is self)
            for log in self.admin_site._registry.values()
            if isinstance(log, LogAdmin) and log.has_view_permission(request)
        ]


class _Echo:
    """A file whose write returns what was written, for csv.writer to hand on."""

    def write(self, line: str) -> str:
        return line


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: such a text begins with a quote."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
