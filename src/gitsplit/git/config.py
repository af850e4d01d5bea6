"""The configuration of a repository, as the git program lists it: values and scopes."""

import os
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from gitsplit.errors import GitsplitError

_TRUE = frozenset({"true", "yes", "on"})

_FALSE = frozenset({"false", "no", "off", ""})

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}

_TRUSTED = frozenset({"system", "global", "command"})
"""The scopes of what only the user or the system can write: git's protected ones.

See SCOPES in git-config(1). ``local`` and ``worktree`` come with the repository, which
may be a copy of somebody else's.
"""

ALLOW_LOCAL = "gitsplit.allowLocalCommands"
"""Whether commands in a repository's own configuration count; asked where trusted."""


class Config(Struct, frozen=True):
    """The configuration of this repository, from every file that git reads for it.

    Keys are compared as git does: section and variable in any case, subsection exactly.
    Values are text as the system has it (``os.fsdecode``). ``trusted`` has of the same
    values those that nobody but the user, or the system, can have set.
    """

    values: Mapping[str, tuple[str | None, ...]]
    trusted: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, listing: bytes) -> "Config":
        """Parse the output of ``git config -z --list``; nothing of it is trusted."""
        return cls(_values_of(os.fsdecode(listing).split("\0")[:-1]))

    @classmethod
    def parse_scoped(cls, listing: bytes) -> "Config":
        """Parse the output of ``git config -z --list --show-scope``."""
        found = os.fsdecode(listing).split("\0")[:-1]
        scopes, entries = found[::2], found[1::2]
        scoped = zip(scopes, entries, strict=True)
        trusted = [entry for scope, entry in scoped if scope in _TRUSTED]
        return cls(_values_of(entries), _values_of(trusted))

    def get_all(self, key: str) -> tuple[str, ...]:
        """Every value of ``key``, the last one being the one that counts.

        A variable without ``=`` has the value ``true``.
        """
        section, _, rest = key.partition(".")
        subsection, dot, variable = rest.rpartition(".")
        name = f"{section.lower()}.{subsection}{dot}{variable.lower()}"
        found = self.values.get(name, ())
        return tuple("true" if value is None else value for value in found)

    def get(self, key: str) -> str | None:
        """The value of ``key`` that counts, or None."""
        return (self.get_all(key) or (None,))[-1]

    def below(self, start: str) -> Mapping[str, str]:
        """The values of all keys that begin so, by the rest of the keys."""
        keys = (key for key in self.values if key.startswith(start))
        return {key.removeprefix(start): self.get(key) or "" for key in keys}

    @property
    def has_remotes(self) -> bool:
        """Whether any remote is configured, so that commits may have been pushed."""
        return bool(self.remotes)

    @property
    def remotes(self) -> tuple[str, ...]:
        """The remotes, in the order of the configuration."""
        keys = (key for key in self.values if key.startswith("remote."))
        urls = (key for key in keys if key.endswith(".url"))
        return tuple(key.removeprefix("remote.").removesuffix(".url") for key in urls)

    def get_bool(self, key: str, default: bool = False) -> bool:
        """The value of ``key`` as git reads a boolean.

        Raises GitsplitError when it isn't one.
        """
        value = self.get(key)
        if value is None:
            return default
        word = value.lower()
        return word in _TRUE or (word not in _FALSE and self.get_int(key) != 0)

    def get_int(self, key: str, default: int = 0) -> int:
        """The value of ``key`` as git reads an integer: ``k``, ``m``, ``g`` scale it.

        Raises GitsplitError when it isn't one.
        """
        value = self.get(key)
        if value is None:
            return default
        unit = _UNITS.get(value[-1:].lower(), 1)
        try:
            return int(value if unit == 1 else value[:-1]) * unit
        except ValueError:
            raise GitsplitError(
                f"The configuration has a bad value for {key}: “{value}”.",
                hint=f"Look at it with: git config --show-origin {key}",
            ) from None

    def command(self, key: str) -> str:
        """The shell command that ``key`` names, as far as it may be run; else empty.

        A value of the repository's own configuration counts where the user has set
        ``gitsplit.allowLocalCommands`` outside of it. An empty one always does: it
        runs nothing.
        """
        value = self.get(key)
        if value and not self._allows_local:
            value = Config(self.trusted).get(key)
        return value or ""

    def is_distrusted(self, key: str) -> bool:
        """Whether the command that ``key`` names in the repository isn't run."""
        value = self.get(key)
        return bool(value) and value != self.command(key)

    @property
    def _allows_local(self) -> bool:
        return Config(self.trusted).get_bool(ALLOW_LOCAL)


def _values_of(entries: Iterable[str]) -> dict[str, tuple[str | None, ...]]:
    """All values of each key, from entries of key, newline and value."""
    values: dict[str, tuple[str | None, ...]] = {}
    for entry in entries:
        key, is_set, value = entry.partition("\n")
        values[key] = (*values.get(key, ()), value if is_set else None)
    return values
