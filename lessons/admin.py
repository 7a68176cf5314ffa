"""The public side in the desk: terms to edit, stories and lessons to look at."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lessons.models import Correction, Lesson, Pick, Story, Term
from lessons.week import weeks_ahead

# A permission of the private side, by name: this side works without its tables as well.
LEAD = "reports.lead_reports"

PICK_WEEKS = 9  # this one and two months ahead


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
    search_fields = ("title", "slug")
    inlines = (LessonInline, CorrectionInline)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A lead picks the story of the week among them.
        return super().has_view_permission(request, obj) or request.user.has_perm(LEAD)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Story], search_term: str
    ) -> tuple[QuerySet[Story], bool]:
        """Search titles; offer published stories alone to who picks one."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        if request.GET.get("model_name") == "pick":
            found = found.filter(pk__in=Story.objects.published().values("pk"))
        return found, repeats


@admin.register(Lesson)
class LessonAdmin(ReadOnly):
    list_display = ("text", "story")
    list_select_related = ("story",)


class PickForm(forms.ModelForm):
    week = forms.ChoiceField()

    class Meta:
        model = Pick
        fields = ("week", "story")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weeks = weeks_ahead(timezone.now().date(), PICK_WEEKS)
        if self.instance.pk and self.instance.week not in dict(weeks):
            weeks.insert(0, (self.instance.week, self.instance.week))
        cast(forms.ChoiceField, self.fields["week"]).choices = weeks

    def clean_story(self) -> Story:
        story: Story = self.cleaned_data["story"]
        if not Story.objects.published().filter(pk=story.pk).exists():
            raise forms.ValidationError(
                "This story is not public, so the home page could not show it. Choose another."
            )
        return story


@admin.register(Pick)
class PickAdmin(admin.ModelAdmin):
    """Which story the home page shows in a week. For leads; each change is in the desk's log."""

    form = PickForm
    actions = None
    list_display = ("week", "story", "is_shown")
    list_select_related = ("story",)
    autocomplete_fields = ("story",)

    @admin.display(boolean=True, description="Public")
    def is_shown(self, pick: Pick) -> bool:
        return bool(pick.story.published and pick.story.published <= timezone.now().date())

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(LEAD)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LEAD)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(LEAD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LEAD)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LEAD)
