"""One case run on one book, and what is said when the book does something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from venues.conformance.case import Case, Line
from venues.conformance.conversation import Conversation, NotSupported
from venues.conformance.frame import TICK, Frame
from venues.conformance.ledger import Contradiction
from venues.messages import ExecutionReport
from venues.policies import Policies

MakeBook = Callable[[int, Policies], Any]
"""(tick in price units, policies) -> an empty book in continuous trading."""

COMMANDS_TOLD: Final = 20
LETTERS_TOLD: Final = 600
"""What a message shows of long cases."""


class Way(StrEnum):
    """How a case is run."""

    AS_WRITTEN = "as written"
    MIRRORED = "mirrored"
    """Every buy a sell and every price its mirror image: a rule holds on both sides."""
    FROM_SNAPSHOTS = "from snapshots"
    """Before each answer the book is replaced by one made from its snapshot: the reports must stay the same."""


class Difference(AssertionError):
    """A book did something else than the rule says: the commands so far, what was expected, what came."""


@dataclass(frozen=True, slots=True)
class Check:
    """One case, one way; call it with a function that makes a book.

    ``str(check)`` names it, ``check.case`` holds number, sentence, lines and policies.
    """

    case: Case
    way: Way

    def __str__(self) -> str:
        return f"{self.case.name}-{self.way.replace(' ', '_')}"

    @property
    def features(self) -> frozenset[str]:
        """What a venue must have for this check to mean anything to it."""
        return self.case.features | ({"snapshots"} if self.way is Way.FROM_SNAPSHOTS else set())

    def __call__(self, make_book: MakeBook) -> None:
        """Run it.

        Raises:
            Difference: the book breaks the rule.
            NotSupported: the book has no such feature.
        """
        live = self._run(make_book)
        if self.way is Way.FROM_SNAPSHOTS:
            replayed = self._run(make_book, snapshots=True)
            if (live.log, live.state_hash()) != (replayed.log, replayed.state_hash()):
                raise Difference(f"{self}: a book made from a snapshot goes on differently\n{_first(live, replayed)}")

    def reports(self, make_book: MakeBook) -> list[ExecutionReport]:
        """All reports of the case; raises as a call does."""
        return self._run(make_book).log

    def _run(self, make_book: MakeBook, snapshots: bool = False) -> Conversation:
        frame = Frame(self.case.mirror if self.way is Way.MIRRORED else 0)
        policies = frame.policies(self.case.policies)
        said = -1
        try:
            conversation = Conversation(make_book(TICK, policies), frame, policies)
            for line in self.case.lines:
                said += 1
                if snapshots and line.expected is not None:
                    conversation.restore()
                _say(conversation, line)
        except (NotSupported, NotImplementedError) as lack:
            raise NotSupported(f"{self}: {self._line(said)}: {lack}") from lack
        except _Unlike as unlike:
            raise Difference(self._tell(said, *unlike.args)) from None
        except Contradiction as contradiction:
            raise Difference(self._tell(said, "reports and a book that add up", str(contradiction))) from None
        except Exception as error:
            raise Difference(self._tell(said, "an answer", f"{type(error).__name__}: {error}")) from error
        return conversation

    def _line(self, said: int) -> str:
        return self.case.lines[said].command if said >= 0 else "an empty book"

    def _tell(self, said: int, expected: str, came: str) -> str:
        how = "".join(f"\n  policy {name} = {value}" for name, value in self.case.named)
        if self.way is Way.MIRRORED:
            how += f"\n  mirrored: buys are sent as sells, a price p as {self.case.mirror} - p; answers are turned back"
        before = self.case.lines[: max(said, 0)]
        commands = [f"\n    {_short(str(line))}" for line in before[-COMMANDS_TOLD:]]
        if len(before) > COMMANDS_TOLD:
            commands.insert(0, f"\n    ({len(before) - COMMANDS_TOLD} commands before these)")
        return (
            f"{self}: {self.case.sentence}{how}{''.join(commands)}\n    {_short(self._line(said))}\n"
            f"  expected  {_short(expected)}\n  came      {_short(came)}"
        )


class _Unlike(Exception):
    """What was expected, what came."""


def _say(conversation: Conversation, line: Line) -> None:
    """Say one line, and raise if something else comes of it than it expects."""
    if line.expected is None:
        answer = conversation(line.command)
        if not answer.as_said:
            raise _Unlike("it is taken, and nothing else happens", answer.words)
        return
    refused = " refused (" in line.expected
    before = conversation.state_hash() if refused else None
    answer = conversation(line.command)
    if answer.words != line.expected:
        raise _Unlike(line.expected, answer.words)
    if refused and conversation.state_hash() != before:
        raise _Unlike("a refused command leaves the state hash as it was", "another hash")
    conversation.audit()


def _first(live: Conversation, replayed: Conversation) -> str:
    """Where two runs part."""
    for one, other in zip(live.log, replayed.log, strict=False):
        if one != other:
            return f"  live      {one}\n  replayed  {other}"
    return f"  {len(live.log)} reports live, {len(replayed.log)} replayed; the state hashes differ"


def _short(text: str) -> str:
    return text if len(text) <= LETTERS_TOLD else f"{text[:LETTERS_TOLD]} ... ({len(text)} letters)"
