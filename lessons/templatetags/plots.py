"""The tag that shows a plot of lessons.plots."""

from typing import Any

from django import template

from lessons.plots import Plot

register = template.Library()


@register.inclusion_tag("plots/plot.html")
def plot(plot: Plot, name: str) -> dict[str, Any]:
    """Show a plot. name: its id on the page, unique there."""
    return {"plot": plot, "name": name}
