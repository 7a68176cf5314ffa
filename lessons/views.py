"""The readers' pages: home, stories, one story, and what is known under one term.

Every page is the same for everyone: no cookie, no session, no header that tells readers apart. So
each may be kept for a minute by whoever stands in between, and is named by an ETag after that.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from django.views.generic import DetailView, ListView

from lessons.models import Story, Term
from lessons.uses import uses_of
from lessons.week import story_of_the_week

STORIES_ON_HOME = 5  # the lead and four more: what fits two screens of a phone
STORIES_ON_A_PAGE = 12

same_for_everyone = [cache_control(public=True, max_age=60), conditional_page]


@require_safe
@cache_control(public=True, max_age=60)
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """What the site is, the two things to do here, the latest stories and the themes."""
    stories = list(Story.objects.published().latest_first().with_lessons()[:STORIES_ON_HOME])
    return render(
        request,
        "lessons/home.html",
        {
            "lead": stories[0] if stories else None,
            "more": stories[1:],
            "of_the_week": story_of_the_week(),
            "themes": Term.objects.public().filter(facet="lesson_theme").in_lessons(),
        },
    )


class StoryPages(ListView):
    """A list of stories in pages of twelve. A page that is not there is a 404, as is `?page=x`."""

    context_object_name = "stories"
    paginate_by = STORIES_ON_A_PAGE

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        # Django takes "last" for a page number; no link of ours says so.
        if self.request.GET.get(self.page_kwarg) == "last":
            raise Http404("No page number.")
        return super().paginate_queryset(queryset, page_size)


@method_decorator(same_for_everyone, name="dispatch")
class StoryList(StoryPages):
    template_name = "lessons/story_list.html"
    extra_context = {"section": "stories"}

    def get_queryset(self) -> QuerySet[Story]:
        return Story.objects.published().latest_first().with_lessons()


@method_decorator(same_for_everyone, name="dispatch")
class StoryDetail(DetailView):
    template_name = "lessons/story_detail.html"
    context_object_name = "story"
    extra_context = {"section": "stories"}

    def get_queryset(self) -> QuerySet[Story]:
        return Story.objects.published().with_lessons().prefetch_related("corrections", "uses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        address = self.object.get_absolute_url()
        context["address"] = self.request.build_absolute_uri(address)
        context["uses"] = uses_of(self.object)
        context["related"] = self.object.related()
        return context


@method_decorator(same_for_everyone, name="dispatch")
class TermDetail(StoryPages):
    """What is published under one term; terms that could single somebody out have no page."""

    template_name = "lessons/term_detail.html"
    extra_context = {"section": "stories"}

    def get_queryset(self) -> QuerySet[Story]:
        self.term = get_object_or_404(
            Term.objects.public(), facet=self.kwargs["facet"], slug=self.kwargs["slug"]
        )
        stories = Story.objects.published().with_term(self.term).latest_first().with_lessons()
        return stories.with_lessons_on(self.term) if self.term.facet_info.of_lesson else stories

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(term=self.term, **kwargs)
