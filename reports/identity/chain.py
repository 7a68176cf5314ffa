"""A linear chain: what the tokens of a run say of each other, forward and backward."""

from __future__ import annotations

from operator import mul

RESCALED = 8  # words after which the chain is brought back to one, long before it overflows

Shares = list[float]  # of each class


def marginals(
    scores: list[Shares], leaving: list[Shares], entering: list[Shares], least: float
) -> list[Shares | None]:
    """Return the probability of each class at each place of a run that the first class encloses.

    leaving, entering: the weights of the steps from a class, and to one. Where all other classes
    together are less likely than the least, there is None.
    """
    state = [*map(mul, leaving[0], scores[0])]
    forward = [state]
    for at in range(1, len(scores)):
        state = [*map(mul, stepped(state, entering), scores[at])]
        if not at % RESCALED:
            state = shared(state)
        forward.append(state)
    back = entering[0]
    found: list[Shares | None] = []
    for at in range(len(scores) - 1, -1, -1):
        both = [*map(mul, forward[at], back)]
        scale = 1 / sum(both)
        worth = 1 - both[0] * scale >= least
        found.append([value * scale for value in both] if worth else None)
        if not at:
            break
        back = stepped([*map(mul, back, scores[at])], leaving)
        if not at % RESCALED:
            back = shared(back)
    found.reverse()
    return found


def stepped(state: Shares, steps: list[Shares]) -> Shares:
    """Return what comes of a state in one step; written out, it takes half the time of a sum."""
    s, t, u, v, w, x, y = state
    return [s * a + t * b + u * c + v * d + w * e + x * f + y * g for a, b, c, d, e, f, g in steps]


def shared(values: Shares) -> Shares:
    """Return the values as shares of one."""
    scale = 1 / sum(values)
    return [value * scale for value in values]
