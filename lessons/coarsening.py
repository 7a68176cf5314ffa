"""Which facts about an officer and an agency a story may show: those it shares with enough others.

Kind of agency, size, region, community, role and experience may single somebody out, above all
together. A story shows those that at least K published stories have in common, itself among them;
the others are left out, the least needed first.

This is k-anonymity by suppression: L. Sweeney, "k-anonymity: a model for protecting privacy" and
"Achieving k-anonymity privacy protection using generalization and suppression", International
Journal on Uncertainty, Fuzziness and Knowledge-based Systems 10 (2002), 557-570 and 571-588.
A fact that is missing was not given, or is rare: the page does not tell which of the two.
"""

from collections.abc import Callable, Collection, Mapping

from lessons.vocabulary import UNSAID

# Stories that share what is shown, at the least: the k of k-anonymity. Five is a usual minimum for
# a cell in statistical disclosure control; some offices ask for three, and ours is the stricter.
K = 5

# Most needed first. The kind of agency and the role say whose work it was; the community how far
# help was. Of the rest the region tells a reader least, and with a size it singles out the most.
NEED = ("agency_type", "role", "community", "agency_size", "experience", "region")

Fact = tuple[str, str]  # facet and slug
Combination = frozenset[Fact]


def coarsen(
    facts: Mapping[str, Collection[str]], count: Callable[[Combination], int]
) -> dict[str, frozenset[str]]:
    """Return the facts of a story that may be shown: {facet: slugs}, the most needed first.

    facts: {facet: slugs} of the story; facets that are not in NEED, and answers that say nothing,
    are left out.
    count: how many published stories have every fact of a combination, whatever else they have;
    the story itself among them.

    A facet is shown with all its answers or not at all. No facet could be shown besides those that
    are, and none is left out for the sake of one that is needed less.
    """
    shown: dict[str, frozenset[str]] = {}
    combination: Combination = frozenset()
    for facet in NEED:
        slugs = frozenset(facts.get(facet, ())) - UNSAID
        fuller = combination | {(facet, slug) for slug in slugs}
        if slugs and count(fuller) >= K:
            shown[facet] = slugs
            combination = fuller
    return shown
