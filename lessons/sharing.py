"""Which identifying facts each of all published stories may show, for whoever takes them all along.

A page asks the database about one story (`Story.shared_terms`). Asked 100,000 times that takes an
hour; here one query reads who has which fact, and a set of stories is the bits of one integer.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from lessons.coarsening import Combination
from lessons.models import Story, Term, shared_by_enough

Fact = tuple[str, str]  # facet and slug


class Sharing:
    """Who shares what, as it was when this was made.

    For each identifying term it holds as many bits as there are published stories: 56 terms and
    100,000 stories are 700 KB.
    """

    def __init__(self) -> None:
        self.terms = {term.pk: term for term in Term.objects.identifying()}
        carrying = Story.terms.through.objects.filter(
            term__in=list(self.terms), story__in=Story.objects.published()
        )
        bits: dict[int, int] = {}
        carriers: dict[int, bytearray] = defaultdict(bytearray)
        for story, term in carrying.values_list("story", "term").iterator():
            position = bits.setdefault(story, len(bits))
            of_term = carriers[term]
            if len(of_term) <= position // 8:
                of_term.extend(bytes(position // 8 + 1 - len(of_term)))
            of_term[position // 8] |= 1 << position % 8
        self.stories = {
            (self.terms[term].facet, self.terms[term].slug): int.from_bytes(of_term, "little")
            for term, of_term in carriers.items()
        }
        self.count = cache(self.count_stories)

    def count_stories(self, combination: Combination) -> int:
        """Return how many published stories have every fact of a combination."""
        facts = iter(combination)
        stories = self.stories.get(next(facts), 0)
        for fact in facts:
            stories &= self.stories.get(fact, 0)
        return stories.bit_count()

    def shown(self, terms: Iterable[Term]) -> list[Term]:
        """Return those of a story's identifying terms that it may show, in the order given."""
        identifying = [term for term in terms if term.pk in self.terms]
        return shared_by_enough(identifying, self.count)
