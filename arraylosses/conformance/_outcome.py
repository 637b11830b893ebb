"""What became of a cell of the matrix: a law, a metric in one of its forms, a library."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["held", "undefined", "lacking", "broken"]


@dataclass(frozen=True)
class Outcome:
    """What a trial found.

    Attributes
    ----------
    metric : str
        Its name.
    form : str
        The way in which it was called; the metric's name for the plain one.
    xp : str
        The library.
    law : str
        The law's name.
    verdict : {'held', 'undefined', 'lacking', 'broken'}
        Undefined: the law says nothing of this metric, by a fact. Lacking: the library lacks what the reason names.
    reason : str
        Why it is undefined or lacking; what broke, with the lines that show it again.
    ulps : float
        Largest deviation met, in units of the result's rounding; NaN where nothing was compared.
    examples : int
        How many draws were tried.
    seconds : float
        How long they took.
    """

    metric: str
    form: str
    xp: str
    law: str
    verdict: Verdict
    reason: str
    ulps: float
    examples: int
    seconds: float
