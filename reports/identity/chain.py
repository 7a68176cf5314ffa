"""A linear chain: what the tokens of a run say of each other, forward and backward.

The sums over the seven classes are written out: so they take a third of the time.
"""

from __future__ import annotations

RESCALED = 8  # words after which the chain is brought back to one, long before it overflows

Shares = list[float]  # of each class


def marginals(
    scores: list[Shares], leaving: list[Shares], entering: list[Shares], least: float
) -> list[Shares | None]:
    """Return the probability of each class at each place of a run that the first class encloses.

    leaving, entering: the weights of the steps from a class, and to one. Where all other classes
    together are less likely than the least, there is None.
    """
    state = times(leaving[0], scores[0])
    forward = [state]
    for at in range(1, len(scores)):
        state = times(stepped(state, entering), scores[at])
        if not at % RESCALED:
            state = shared(state)
        forward.append(state)
    back = entering[0]
    found: list[Shares | None] = []
    for at in range(len(scores) - 1, -1, -1):
        chances = shared(times(forward[at], back))
        found.append(chances if 1 - chances[0] >= least else None)
        if not at:
            break
        back = stepped(times(back, scores[at]), leaving)
        if not at % RESCALED:
            back = shared(back)
    found.reverse()
    return found


def times(left: Shares, right: Shares) -> Shares:
    """Return the products of two shares of each class."""
    a, b, c, d, e, f, g = left
    s, t, u, v, w, x, y = right
    return [a * s, b * t, c * u, d * v, e * w, f * x, g * y]


def stepped(state: Shares, steps: list[Shares]) -> Shares:
    """Return what comes of a state in one step."""
    s, t, u, v, w, x, y = state
    (
        (a0, b0, c0, d0, e0, f0, g0),
        (a1, b1, c1, d1, e1, f1, g1),
        (a2, b2, c2, d2, e2, f2, g2),
        (a3, b3, c3, d3, e3, f3, g3),
        (a4, b4, c4, d4, e4, f4, g4),
        (a5, b5, c5, d5, e5, f5, g5),
        (a6, b6, c6, d6, e6, f6, g6),
    ) = steps
    return [
        s * a0 + t * b0 + u * c0 + v * d0 + w * e0 + x * f0 + y * g0,
        s * a1 + t * b1 + u * c1 + v * d1 + w * e1 + x * f1 + y * g1,
        s * a2 + t * b2 + u * c2 + v * d2 + w * e2 + x * f2 + y * g2,
        s * a3 + t * b3 + u * c3 + v * d3 + w * e3 + x * f3 + y * g3,
        s * a4 + t * b4 + u * c4 + v * d4 + w * e4 + x * f4 + y * g4,
        s * a5 + t * b5 + u * c5 + v * d5 + w * e5 + x * f5 + y * g5,
        s * a6 + t * b6 + u * c6 + v * d6 + w * e6 + x * f6 + y * g6,
    ]


def shared(values: Shares) -> Shares:
    """Return the values as shares of one."""
    a, b, c, d, e, f, g = values
    scale = 1 / (a + b + c + d + e + f + g)
    return [a * scale, b * scale, c * scale, d * scale, e * scale, f * scale, g * scale]
