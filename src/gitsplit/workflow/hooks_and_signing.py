"""How new commits are verified, signed and announced: the user's hooks, and signatures.

``commit-msg`` gets the messages that are new, before anything is stored, so a refusal
leaves the repository as it was. Notes and ``post-rewrite`` follow once refs have moved.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import Declined, GitsplitError, HookRefused, Interrupted
from gitsplit.git import hooks
from gitsplit.git.hooks import Hooks
from gitsplit.git.repository import Repository
from gitsplit.git.signing import (
    Signer,
    sign_rewrite,
    signatures_lost,
    signatures_needed,
)
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.change_id import IdRules
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.message import stripspace, subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Say, say_nothing
from gitsplit.model.series import CommitDraft

if TYPE_CHECKING:
    from gitsplit.tui.dialog.dialog import Talk
    from gitsplit.workflow.work import Work

MOST_UNASKED = 20
"""So many commits are signed without asking: each may want a touch of a key."""


def _agree(_count: int) -> bool:
    return True


def _check_nothing(
    _repo: Repository, _rewrite: Rewrite, _passed: AbstractSet[Oid]
) -> None:
    pass


def _in_silence(_words: str) -> AbstractContextManager[Say]:
    return nullcontext(say_nothing)


Decision = Literal["apply", "edit", "leave"]
"""What a user wants of a split that they edited as text: apply it, edit it again."""

Decide = Callable[["Work", str], Decision]
"""Shows what comes of a split, and asks what to do; the text says what is kept."""


def _apply(_work: "Work", _kept: str) -> Decision:
    return "apply"


def allow_screen() -> None:
    """Raise nothing: whatever is shown can be shown here."""


class Finish(Struct, frozen=True):
    """How new commits are to be verified, signed, checked and announced.

    By default, not. ``verify`` runs ``commit-msg`` on new messages. ``agrees`` is asked
    whether so many commits are to be signed. ``check`` gets the commits when they are
    stored and no ref has moved, and raises where they won't do; ``passed`` are the
    trees on which the user's commands have passed while the screen was shown. ``say``
    tells the user a sentence, which may hold text of the repository's. ``during`` shows
    what is done in its block, if that takes long. ``before_screen`` raises where no
    screen can be shown. ``talk`` is where questions are asked in place of a screen;
    without it there is one. ``decide`` is asked about a split that was edited as text.
    """

    signer: Signer | None = None
    verify: bool = False
    agrees: Callable[[int], bool] = _agree
    check: Callable[[Repository, Rewrite, AbstractSet[Oid]], None] = _check_nothing
    passed: AbstractSet[Oid] = frozenset()
    say: Say = say_nothing
    during: Callable[[str], AbstractContextManager[Say]] = _in_silence
    before_screen: Callable[[], None] = allow_screen
    talk: "Talk | None" = None
    decide: Decide = _apply

    def verify_messages(
        self, repo: Repository, drafts: Sequence[CommitDraft], ids: IdRules
    ) -> list[CommitDraft]:
        """Run ``commit-msg`` on each new message.

        The drafts with the messages that it leaves. Change-Ids stay as they were.
        Raises HookRefused where the hook refuses a message.
        """
        new = [draft.message != draft.source.raw.message for draft in drafts]
        if not (self.verify and any(new)):
            return list(drafts)
        hooks = Hooks(repo)
        return [
            self._verify(hooks, draft, ids) if is_new else draft
            for draft, is_new in zip(drafts, new, strict=True)
        ]

    def _verify(self, hooks: Hooks, draft: CommitDraft, ids: IdRules) -> CommitDraft:
        message, words = hooks.run_commit_msg(draft.message, draft.source.raw)
        if words:
            self.say(f"commit-msg says: {words}")
        if message == draft.message:
            return draft
        text = stripspace(message, b"")
        kept = ids.with_ids_of(draft.message, text)
        subject = printable(subject_of(draft.message))
        if kept != text:
            self.say(
                f"commit-msg changed the Change-Id of “{subject}”; the old one is kept."
            )
        if not kept.strip():
            raise HookRefused(
                f"The commit-msg hook left nothing of “{subject}”.",
                hint="See what the hook wants, or skip it with --no-verify.",
            )
        return replace(draft, message=kept)

    def sign(self, objects: NewObjects, rewrite: Rewrite) -> Rewrite:
        """Sign the rewrite's new commits, where there is a signer.

        Raises SigningFailed, and Declined where the user doesn't want so many signed.
        """
        if self.signer is None:
            return rewrite
        count = signatures_needed(rewrite)
        if count > MOST_UNASKED and not self.agrees(count):
            raise Declined(
                f"You chose not to sign {quantity(count, 'new commit')}.",
                hint="--no-gpg-sign leaves the new commits unsigned.",
            )
        return sign_rewrite(objects, rewrite, self.signer)

    def lost(self, rewrite: Rewrite) -> int:
        """The number of commits that were signed and no longer are."""
        return signatures_lost(rewrite) if self.signer is None else 0

    def announce(self, repo: Repository, rewrite: Rewrite) -> None:
        """Copy notes, set ``ORIG_HEAD`` and run ``post-rewrite``, once refs have moved.

        Raises Interrupted where Ctrl-C comes meanwhile: the rewrite is done by then.
        """
        try:
            for sentence in hooks.announce_rewrite(repo, rewrite):
                self.say(sentence)
        except GitsplitError as error:
            self.say(str(error))
        except KeyboardInterrupt as stop:
            raise Interrupted(
                "Interrupted after the commits were rewritten.",
                hint="Undo with: gitsplit --undo",
                state="The post-rewrite hook and the notes may not have followed.",
            ) from stop
