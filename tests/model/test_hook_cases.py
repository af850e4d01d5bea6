"""The ids beside those that Gerrit's real commit-msg hook gave the same messages."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.model.message import change_ids, stripspace, with_change_id
from tests.messages import NEW

HOOK_CASES = Path(__file__).parents[3] / "shared" / "gerrit" / "hook_cases.json"


@dataclass(frozen=True, slots=True)
class HookCase:
    """One message that Gerrit's real commit-msg hook was run on."""

    name: str
    message: bytes
    hook_out: bytes
    after_cleanup: bytes
    seen_after_hook: tuple[bytes, ...]
    link_url: bytes
    comment_char: bytes

    @property
    def urls(self) -> tuple[bytes, ...]:
        """The servers whose links count for this message."""
        return (self.link_url,) if self.link_url else ()


def hook_cases() -> list[HookCase]:
    """The recorded cases, the hook's new id replaced by ours; none without them."""
    if not HOOK_CASES.exists():
        return []

    def content(text: str) -> bytes:
        return text.encode().replace(b"<ID>", NEW)

    return [
        HookCase(
            name=case["name"],
            message=content(case["message_in"]),
            hook_out=content(case["hook_out"]),
            after_cleanup=content(case["after_git_cleanup"]),
            seen_after_hook=tuple(map(content, case["gerrit_sees_after_hook"])),
            link_url=content(case["config"].get("gerrit.reviewUrl", "")),
            comment_char=content(case["config"].get("core.commentChar", "#")),
        )
        for case in json.loads(HOOK_CASES.read_text())
    ]


DAMAGED = "the hook damages the message"
DECLINED = "whether a message gets an id is not decided here"
TRAILER_CONFIG = "the user's trailer.* configuration is not obeyed"
COMMENT = "a committed message has no comments, so its last paragraph is the last"
UNLIKE_THE_HOOK = {
    "url_alone_last_paragraph": f"{DAMAGED}: https: //example.com",
    "comments_inside_trailers": f"{DAMAGED}: the line that begins with # is gone",
    "crlf_sob": f"{DAMAGED}: the carriage return of Signed-off-by is gone",
    "trailer_sign_key": f"{DAMAGED}: Signed-off-by is gone ({TRAILER_CONFIG})",
    "trailer_ifmissing_doNothing": f"{DAMAGED}: empty lines ({TRAILER_CONFIG})",
    "trailer_separators": TRAILER_CONFIG,
    "trailer_where_start": TRAILER_CONFIG,
    "empty": DECLINED,
    "only_comments": DECLINED,
    "fixup": DECLINED,
    "squash": DECLINED,
    "amend": DECLINED,
    "other_bang_word": DECLINED,
    "createChangeId_false": DECLINED,
    "createChangeId_true_fixup": DECLINED,
    "comments_at_end": COMMENT,
    "scissors": COMMENT,
    "commentChar_semicolon": COMMENT,
}

WITHOUT_ID = [c for c in hook_cases() if not change_ids(c.message, c.urls)]
CLEANED_ALIKE = [
    case
    for case in WITHOUT_ID
    if UNLIKE_THE_HOOK.get(case.name, COMMENT) == COMMENT
    and case.name != "scissors"  # git stripspace knows none either
]


def each_of(cases: list[HookCase]) -> pytest.MarkDecorator:
    """The test once per case, or skipped where the cases are not there."""
    absent = pytest.mark.skip("the hook's cases are not beside the project")
    return pytest.mark.parametrize(
        "case",
        [pytest.param(case, id=case.name) for case in cases]
        or [pytest.param(None, marks=absent, id="absent")],
    )


@each_of(hook_cases())
def test_the_ids_in_what_the_hook_made_are_those_gerrit_saw(case: HookCase) -> None:
    assert change_ids(case.after_cleanup) == case.seen_after_hook


@each_of(hook_cases())
def test_gerrit_sees_one_id_where_the_hook_left_two_or_none(case: HookCase) -> None:
    result = with_change_id(case.message, NEW, link_url=case.link_url)
    assert change_ids(result, case.urls) == (NEW,)


@each_of(WITHOUT_ID)
def test_a_new_id_makes_the_same_bytes_as_the_hook(case: HookCase) -> None:
    result = with_change_id(case.message, NEW, link_url=case.link_url)
    assert (result != case.hook_out) == (case.name in UNLIKE_THE_HOOK)


@each_of(CLEANED_ALIKE)
def test_a_cleaned_message_gets_its_id_as_by_hook_and_cleanup(case: HookCase) -> None:
    message = stripspace(case.message, case.comment_char)
    result = with_change_id(message, NEW, link_url=case.link_url)
    assert result == case.after_cleanup
