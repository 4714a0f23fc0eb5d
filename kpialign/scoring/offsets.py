"""Which periods a formula looks at: the present one, or some before it."""

from kpialign.scoring.formula import Formula, Reference
from kpialign.scoring.formula.steps import Call, Days, Number, Shift, Step, Window

Looks = dict[Reference, frozenset[int]]


def periods_looked_at(formula: Formula, periods_per_year: int) -> Looks:
    """Give for every reference how many periods back it is looked at.

    >>> from kpialign.scoring.formula import parse
    >>> looks = periods_looked_at(parse("a / prev(a, 2) + rolling_sum(b, 3)"), 12)
    >>> [(one.code, sorted(back)) for one, back in looks.items()]
    [('a', [0]), ('a', [2]), ('b', [0, 1, 2])]
    """
    stack: list[Looks] = []
    for step in formula.steps:
        if isinstance(step, Reference):
            stack.append({step: frozenset({0})})
        elif isinstance(step, Number | Days):
            stack.append({})
        elif isinstance(step, Call):
            taken = stack[-step.count :]
            del stack[-step.count :]
            stack.append({key: back for looks in taken for key, back in looks.items()})
        else:
            stack.append(_moved(stack.pop(), _ways(step, periods_per_year)))
    return stack[0]


def _ways(step: Step, periods_per_year: int) -> range:
    if isinstance(step, Window):
        return range(step.periods)
    if isinstance(step, Shift):
        back = step.periods + step.years * periods_per_year
        return range(back, back + 1)
    return range(1)


def _moved(looks: Looks, ways: range) -> Looks:
    return {
        key: frozenset(one + way for one in back for way in ways) for key, back in looks.items()
    }
