"""The public side in the desk: terms to edit, stories and lessons to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from lessons.models import Correction, Lesson, Story, Term


class NoDeletion(admin.ModelAdmin):
    """Nothing public is deleted from the desk: addresses and citations hang on it."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDeletion):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Term)
class TermAdmin(NoDeletion):
    """The vocabulary. Facet and slug are part of a term's address and stay once it exists."""

    list_display = ("label", "facet", "slug", "position", "help")
    list_filter = ("facet",)
    list_per_page = 400  # all of them: the browser's search finds the rest
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("label", "slug", "help")
    ordering = ("facet", "position", "slug")

    def get_readonly_fields(self, request: HttpRequest, obj: Term | None = None) -> tuple[str, ...]:
        return ("facet", "slug") if obj else ()


class ReadOnlyInline(admin.TabularInline):
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LessonInline(ReadOnlyInline):
    model = Lesson
    fields = ("position", "text")


class CorrectionInline(ReadOnlyInline):
    model = Correction
    fields = ("date", "note")


@admin.register(Story)
class StoryAdmin(ReadOnly):
    """Stories, to read: what changes one goes through the review of its report."""

    list_display = ("title", "published")
    list_filter = ("published",)
    ordering = ("-published", "-pk")
    inlines = (LessonInline, CorrectionInline)


@admin.register(Lesson)
class LessonAdmin(ReadOnly):
    list_display = ("text", "story")
    list_select_related = ("story",)
