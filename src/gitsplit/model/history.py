"""Undo and redo over immutable values: the past is kept, never recomputed (law 4)."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class History(Generic[Value]):
    """A present value, the ones before it and the ones taken back."""

    present: Value
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()

    def then(self, value: Value) -> "History[Value]":
        """The history in which ``value`` follows; itself where nothing changed."""
        if value == self.present:
            return self
        return History(value, (*self.past, self.present))

    def undone(self) -> "History[Value]":
        """The history one step back; itself at the beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "History[Value]":
        """The history one step forward again; itself where nothing was taken back."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
