"""The measurements of a child process and their goals."""

import dataclasses
import statistics

FIGURES = {
    "first-call": "spawn to first call, ms",
    "alone": "calls a second, 1 in flight",
    "together": "calls a second, 64 in flight",
}


class Spread:
    """The median, the smallest and the largest of several readings."""

    def __init__(self, readings):
        readings = sorted(readings)
        self.median, self.smallest, self.largest = statistics.median(readings), readings[0], readings[-1]

    def __str__(self):
        return f"{number(self.median)} ({number(self.smallest)}-{number(self.largest)})"


def number(value):
    """Returns a number rounded to the precision of a measurement."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


@dataclasses.dataclass
class AtMost:
    """A goal that the median must not exceed."""

    limit: float

    def is_reached(self, spread, ratio):
        return spread.median <= self.limit

    def __str__(self):
        return f"<= {self.limit}"


@dataclasses.dataclass
class TimesCowait:
    """A goal as a multiple of Cowait's reading, in the median."""

    limit: float

    def is_reached(self, spread, ratio):
        return ratio.median >= self.limit

    def __str__(self):
        return f">= {self.limit} x"


GOALS = {
    ("first-call", "Swift"): AtMost(25),
    ("first-call", "Python"): AtMost(150),
    ("alone", "Swift"): TimesCowait(15),
    ("alone", "Python"): TimesCowait(2),
    ("together", "Swift"): TimesCowait(100),
    ("together", "Python"): TimesCowait(2),
}
