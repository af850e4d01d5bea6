"""``git commit`` as it is typed for one commit of a split: message, author and date."""

from msgspec import Struct

from gitsplit.errors import NoIdentity
from gitsplit.git.config import Config
from gitsplit.git.rehearsal import Rehearsal, date_in_words
from gitsplit.git.repository import Repository, author
from gitsplit.model.by_hand import Command, Word, is_typeable
from gitsplit.model.escape import printable
from gitsplit.model.message import stripspace
from gitsplit.model.objects import Identity, RawCommit
from gitsplit.model.series import SourceCommit


class NotTaught(Exception):
    """There are no commands to show; the sentence says why."""


def encoding_options(config: Config, commit: RawCommit) -> tuple[Word, ...]:
    """What keeps git from taking the message for one in another encoding."""
    encoding = next(iter(commit.values(b"encoding")), b"UTF-8").decode("latin-1")
    usual = config.get("i18n.commitEncoding") or "UTF-8"
    is_usual = encoding.lower() == usual.lower()
    return () if is_usual else ("-c", f"i18n.commitEncoding={encoding}")


class CommitDesk(Struct, frozen=True):
    """Where the commits of one that is split are made, once they are staged."""

    repo: Repository
    tried: Rehearsal
    source: SourceCommit

    def commit(self, new: RawCommit, *, amends: bool, is_same: bool) -> Command:
        """``git commit`` with message, author and date."""
        options = encoding_options(self.repo.config, new)
        words: list[Word] = ["commit", *(["--amend"] if amends else [])]
        words += ["--allow-empty"] if is_same else []
        words += self._cleanup(new.message)
        who = new.author
        is_stored = self.source.is_stored
        if not is_stored and self._is_own(who):  # the user's, from now
            return _with_message((*options, *words), new.message)
        date, raw = self._date(who), self.source.raw
        is_same_text = new.message == raw.message and who == raw.author
        if is_same_text and is_stored and not options:
            return Command((*words, "-C", self.source.oid[:10]))
        words += [] if amends else self._author(who, date)
        return _with_message((*options, *words), new.message)

    def _cleanup(self, message: bytes) -> list[Word]:
        """What keeps git from changing the message."""
        if not message.strip():
            return ["--cleanup=verbatim", "--allow-empty-message"]
        if message != stripspace(message, b""):
            return ["--cleanup=verbatim"]
        is_configured = self.repo.config.get("commit.cleanup") is not None
        return ["--cleanup=whitespace"] if is_configured else []

    def _author(self, who: Identity, date: str) -> list[Word]:
        """What gives a commit this author, whoever types it, and this date."""
        assert who.parts is not None, "it has a date"
        name, mail, *_ = who.parts
        return [b"--author=%s <%s>" % (name, mail), f"--date={date}"]

    def _is_own(self, who: Identity) -> bool:
        """Whether the author is who the user is to git, whatever the date."""
        try:
            own = Identity(author(self.repo))
        except NoIdentity:
            return False
        return own.who == who.who

    def _date(self, who: Identity) -> str:
        """The date of an author as git reads it; raises NotTaught for odd authors."""
        if who.parts is not None:
            name, mail, seconds, zone = who.parts
            date = date_in_words(int(seconds), zone.decode("ascii"))
            if self.tried.author(name, mail, date) == who.value:
                return date
        named = printable(who.value)
        raise NotTaught(f"git commit doesn't accept the author {named}.")


def _with_message(words: tuple[Word, ...], message: bytes) -> Command:
    """The command with the message: on the line where it is one, else read."""
    if is_typeable(message) and message.count(b"\n") == 1 and message.endswith(b"\n"):
        return Command((*words, "-m", message[:-1]))
    return Command((*words, "-F", "-"), stdin=message)
