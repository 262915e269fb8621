"""How wrong can an unprotected counter be? Every answer here has a witness: a schedule that gets there.

`outcomes` runs a program in every order in which its threads can take turns.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import product
from threading import Semaphore, local

import pytest

from dojo.interleave import interleave, outcomes, together
from katas.s03_gil.lost_votes import Ballot, possible_totals, schedule_for

pytestmark = pytest.mark.timeout(10)

SMALL = [(voters, votes) for voters, votes in product(range(9), repeat=2) if voters * votes <= 8]


def test_trivial_halls() -> None:
    """With nobody to interfere all votes count; with one vote each all but one may get lost."""
    for number in range(4):
        assert possible_totals(0, number) == {0}
        assert possible_totals(number, 0) == {0}
        assert possible_totals(1, number) == {number}
        assert possible_totals(number + 1, 1) == set(range(1, number + 2))


def test_big_hall() -> None:
    """A search does not end here: forty voters need an argument."""
    assert possible_totals(40, 25) == set(range(2, 1001))


def searched_totals(voters: int, votes_each: int) -> set[int]:
    """The totals that are reached when at every point each voter in turn is the one that makes the next step."""
    Voter = tuple[int, int]  # votes left to cast; the total read, or -1 between two votes
    start = (0, ((votes_each, -1),) * voters)
    known: set[tuple[int, tuple[Voter, ...]]] = {start}
    todo = [start]
    totals = set()
    while todo:
        total, hall = todo.pop()
        if not any(left for left, _ in hall):
            totals.add(total)
        for index, (left, seen) in enumerate(hall):
            if not left:
                continue
            voter = (left, total) if seen < 0 else (left - 1, -1)
            others = hall[:index] + hall[index + 1 :]
            state = (total if seen < 0 else seen + 1, tuple(sorted((*others, voter))))
            if state not in known:
                known.add(state)
                todo.append(state)
    return totals


@pytest.mark.parametrize(("voters", "votes_each"), SMALL)
def test_matches_search(voters: int, votes_each: int) -> None:
    """A search through all schedules finds totals that you rule out, or does not find some of yours."""
    assert possible_totals(voters, votes_each) == searched_totals(voters, votes_each)


@pytest.mark.parametrize(("voters", "votes_each"), [(2, 1), (2, 2), (3, 1)])
def test_real_threads_agree(voters: int, votes_each: int) -> None:
    """Real threads, in every order, end at other totals than yours (or the Ballot is not what it was)."""

    def cast(ballot: Ballot) -> None:
        for _ in range(votes_each):
            ballot.vote()

    def election() -> int:
        ballot = Ballot()
        together(*[partial(cast, ballot)] * voters)
        return ballot.total

    found = outcomes(election)
    assert found.complete
    assert not found.errors
    assert possible_totals(voters, votes_each) == found.values


def replay(schedule: Sequence[int], voters: int, votes_each: int) -> int:
    """The total after the schedule, each voter's number of steps checked before."""
    steps = Counter(schedule)
    assert steps == Counter({voter: 2 * votes_each for voter in range(voters) if votes_each}), "steps of each voter"
    total = 0
    seen: dict[int, int] = {}
    for voter in schedule:
        if voter in seen:
            total = seen.pop(voter) + 1
        else:
            seen[voter] = total
    return total


@pytest.mark.parametrize("votes_each", range(7))
@pytest.mark.parametrize("voters", range(7))
def test_schedule_reaches_every_total(voters: int, votes_each: int) -> None:
    """A schedule of yours ends at another total, gives a voter too many or too few steps, or is missing."""
    everything = voters * votes_each
    least = min(votes_each, 2) if voters > 1 else everything
    assert possible_totals(voters, votes_each) == set(range(least, everything + 1))
    for total in range(least, everything + 1):
        schedule = schedule_for(voters, votes_each, total)
        assert replay(schedule, voters, votes_each) == total, schedule


class DirectedBallot(Ballot):
    """A Ballot whose reads and writes wait until the schedule names the voter whose thread makes them."""

    def __init__(self, schedule: Sequence[int]) -> None:
        self.count = 0
        self._turns = {voter: Semaphore(0) for voter in schedule}
        self._following = iter(schedule)
        self._me = local()
        self._pass_on()

    def _pass_on(self) -> None:
        voter = next(self._following, None)
        if voter is not None:
            self._turns[voter].release()

    def cast(self, voter: int, votes: int) -> None:
        """The life of one voter's thread."""
        self._me.turn = self._turns[voter]
        for _ in range(votes):
            self.vote()

    @property
    def total(self) -> int:  # type: ignore[override]
        self._me.turn.acquire()
        count = self.count
        self._pass_on()
        return count

    @total.setter
    def total(self, count: int) -> None:
        self._me.turn.acquire()
        self.count = count
        self._pass_on()


@pytest.mark.parametrize(("voters", "total"), [(2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (3, 4), (3, 5), (3, 6)])
@interleave(preemptions=0, schedules=3)  # the ballot directs the threads already
def test_schedule_replayed_on_real_threads(voters: int, total: int) -> None:
    """Real threads that make their steps in the order of your schedule end at another total."""
    schedule = schedule_for(voters, 2, total)
    assert replay(schedule, voters, 2) == total, schedule
    ballot = DirectedBallot(schedule)
    together(*(partial(ballot.cast, voter, 2) for voter in range(voters)))
    assert ballot.count == total, schedule


BIG_HALLS = {
    (40, 25): [2, 617],  # two will do: an answer that counts after each vote needs its time
    (12, 25): [2, 3, 27, 187, 276, 299, 300],
    (40, 2): [2, 3, 41, 79, 80],
    (40, 1): [1, 2, 39, 40],
    (3, 25): [2, 3, 26, 49, 50, 51, 74, 75],
    (2, 25): [2, 3, 24, 25, 26, 27, 49, 50],
    (1, 25): [25],
}


def test_big_schedule() -> None:
    """A schedule for many voters, or with many votes each, is wrong, or is still being searched for."""
    for (voters, votes_each), totals in BIG_HALLS.items():
        for total in totals:
            reached = replay(schedule_for(voters, votes_each, total), voters, votes_each)
            assert reached == total, f"schedule_for({voters}, {votes_each}, {total}) ends at {reached}"


def test_an_answer_belongs_to_who_asked() -> None:
    """Somebody emptied the set or the list that came back, and the next one who asks gets it like that."""
    possible_totals(3, 2).clear()
    assert possible_totals(3, 2) == set(range(2, 7))
    schedule_for(3, 2, 4).clear()
    assert replay(schedule_for(3, 2, 4), 3, 2) == 4


@pytest.mark.parametrize(
    ("voters", "votes_each", "total"),
    [
        *[(2, 2, 1), (1, 5, 4), (1, 5, 6), (2, 2, 0), (2, 2, -1), (2, 2, 5)],
        *[(3, 1, 0), (3, 1, 4), (0, 3, 1), (3, 0, 1), (40, 25, 1), (40, 25, 1001), (40, 1, 41)],
    ],
)
def test_impossible_totals(voters: int, votes_each: int, total: int) -> None:
    """A schedule was given for a total that no schedule reaches, or it was refused with another error."""
    with pytest.raises(ValueError):
        schedule_for(voters, votes_each, total)


@pytest.mark.parametrize(("voters", "votes_each"), [(-1, 1), (1, -1), (-1, -1), (-1, 0), (0, -1), (-2, -3)])
def test_negative_elections(voters: int, votes_each: int) -> None:
    """An election with fewer than no voters or votes was not refused."""
    with pytest.raises(ValueError):
        possible_totals(voters, votes_each)
    with pytest.raises(ValueError):
        schedule_for(voters, votes_each, voters * votes_each)
    with pytest.raises(ValueError):
        schedule_for(voters, votes_each, 0)
