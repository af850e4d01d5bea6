"""A message in parts, and the messages that its parts make elsewhere."""

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.message import change_ids, is_blank
from gitsplit.model.message_parts import (
    MessageSplit,
    composed_message,
    message_in_one,
    message_parts,
)
from tests.messages import MESSAGES, OLD, SIGNED


def said(message: bytes) -> list[tuple[str, bytes]]:
    """The kinds and texts of a message's parts."""
    return [(part.kind, part.text) for part in message_parts(message)]


def split_in(message: bytes, **homes: int | None) -> MessageSplit:
    """The split where parts that begin with a word are in a group, all else in 0."""
    split = message_in_one(message)
    for word, group in homes.items():
        for at, part in enumerate(split.parts):
            if part.text.lower().startswith(word.encode()):
                split = split.with_part_in(at, group)
    return split


FIXUP = b"fixup! "

TEA = (
    b"Boil the kettle\n\nIt was cold. Nobody drinks\ncold tea, e.g. here.\n\n"
    b"While there: fill the cups; wash\nthe spoon.\n\n"
    b"* set the table\n  for two\n* light a candle\n\nBug: 12\n" + SIGNED + b"\n"
)


def test_a_message_is_read_sentence_by_sentence_and_item_by_item() -> None:
    assert said(TEA) == [
        ("subject", b"Boil the kettle"),
        ("sentence", b"It was cold."),
        ("sentence", b"Nobody drinks cold tea, e.g. here."),
        ("sentence", b"fill the cups"),
        ("sentence", b"wash the spoon."),
        ("bullet", b"set the table for two"),
        ("bullet", b"light a candle"),
        ("trailer", b"Bug: 12"),
        ("trailer", SIGNED),
    ]


def test_what_stands_below_a_bullet_follows_it() -> None:
    message = (
        b"Tea (#12)\n\n* Boil it\n\nIt was cold.\n\n    $ boil\n\n* Fill it\n\nUp.\n"
    )
    split = split_in(message, boil=1, fill=2)

    assert [part.below for part in split.parts] == [None, None, 1, 1, None, 4]
    assert composed_message(split, 0) == b"Tea (#12)\n"
    assert composed_message(split, 1) == b"Boil it\n\nIt was cold.\n\n$ boil\n"
    assert composed_message(split, 2) == b"Fill it\n\nUp.\n"


def test_what_git_says_of_squashed_commits_is_a_list_of_them() -> None:
    head = b"commit %s\nAuthor: A <a@b>\nDate:   Mon Nov 30\n\n"
    message = b"Squashed commit of the following:\n\n"
    message += head % (b"1" * 40) + b"    Boil it\n\n    It was cold.\n\n"
    message += head % (b"2" * 40) + b"    Fill it\n"
    split = split_in(message, boil=1, fill=2)

    assert composed_message(split, 0) == b"Squashed commit of the following:\n"
    assert composed_message(split, 1) == b"Boil it\n\nIt was cold.\n"
    assert composed_message(split, 2) == b"Fill it\n"


def test_bullets_of_a_squashed_commit_stay_below_its_subject() -> None:
    head = b"commit %s\nAuthor: A <a@b>\nDate:   Mon Nov 30\n\n"
    message = b"Squashed commit of the following:\n\n"
    message += head % (b"1" * 40) + b"    Boil it\n\n    It was cold.\n\n"
    message += b"    - Twice as hot\n      - for long\n    - No less wet\n\n"
    message += b"    Not measured.\n\n"
    message += head % (b"2" * 40) + b"    Fill it\n\n    - To the rim\n"
    split = split_in(message, boil=1, fill=2)
    items = [part.text for part in split.parts if part.is_item]

    assert items == [b"Boil it", b"Fill it"]
    assert composed_message(split, 1) == (
        b"Boil it\n\nIt was cold.\n\n- Twice as hot\n  - for long\n- No less wet\n\n"
        b"Not measured.\n"
    )
    assert composed_message(split, 2) == b"Fill it\n\nTo the rim\n"


def test_the_heir_has_what_is_nowhere_else() -> None:
    split = split_in(TEA, fill=1, nobody=1, light=1, set=None)

    assert composed_message(split, 0) == (
        b"Boil the kettle\n\nIt was cold.\n\nWash the spoon.\n\n"
        b"Bug: 12\n" + SIGNED + b"\n"
    )
    assert [split.parts[at].text for at in split.left_out] == [b"set the table for two"]
    assert composed_message(split, 1, b"Fill all cups") == (
        b"Fill all cups\n\nNobody drinks cold tea, e.g. here.\n\nfill the cups\n\n"
        b"light a candle\n"
    )


def test_the_part_that_is_the_subject_is_not_said_again() -> None:
    split = split_in(TEA, fill=1, signed=1)

    assert composed_message(split, 1) == b"fill the cups\n\n" + SIGNED + b"\n"
    assert composed_message(split, 1, b"fill the cups") == composed_message(split, 1)


def test_a_subject_of_two_things_is_two_parts() -> None:
    split = split_in(b"Boil the kettle; fill the cups\n\nNow.\n", boil=1)

    assert composed_message(split, 0) == b"fill the cups\n\nNow.\n"
    assert composed_message(split, 1) == b"Boil the kettle\n"
    assert composed_message(split_in(b"One\n\nTwo.\n", one=1), 0, b"3") == (
        b"3\n\nTwo.\n"
    )


def test_a_sign_off_beside_prose_is_a_trailer_and_a_change_id_is_no_part() -> None:
    footer = b"Words.\n" * 9 + SIGNED + b"\nChange-Id: " + OLD + b"\n"
    split = split_in(b"One\n\n" + footer, signed=1)

    assert said(b"One\n\n" + footer)[-1] == ("trailer", SIGNED)
    assert composed_message(split, 1, b"Two") == b"Two\n\n" + SIGNED + b"\n"
    assert change_ids(composed_message(split, 0)) == (OLD,)


@given(MESSAGES)
def test_a_message_in_one_stays_byte_for_byte(message: bytes) -> None:
    split = message_in_one(message)

    assert composed_message(split, 0) == message
    assert split.left_out == ()


@given(MESSAGES)
def test_parts_stand_one_after_the_other(message: bytes) -> None:
    parts = message_parts(message)
    edges = [edge for part in parts for edge in (part.start, part.stop)]

    assert edges == sorted(edges)
    assert all(not is_blank(message[part.start : part.stop]) for part in parts)
    for at, part in enumerate(parts):
        assert part.below is None or part.below < at or part.text.startswith(FIXUP)
        assert part.below is None or parts[part.below].below != at


@given(MESSAGES, st.data())
def test_a_part_is_where_it_is_sent_and_nowhere_else(
    message: bytes, data: st.DataObject
) -> None:
    split = message_in_one(message)
    if not split.parts:
        return
    at = data.draw(st.integers(0, len(split.parts) - 1))
    sent = split.with_part_in(at, 1)

    assert at in sent.parts_of(1)
    assert at not in sent.parts_of(0)
    words = split.parts[at].text.split()
    assert all(word in composed_message(sent, 1) for word in words)
    assert sent.with_part_in(at, None).left_out == sent.parts_of(1)


def test_a_subject_of_the_heir_is_not_said_again_below_it() -> None:
    message = b"Make tea\n\n* Boil the kettle (#12)\n* Fill the cups\n"
    whole = message_in_one(message)

    assert composed_message(whole, 0, b"Boil the kettle") == (
        b"Boil the kettle\n\n* Fill the cups\n"
    )
    assert composed_message(whole, 0, b"Make tea") == message


def test_a_number_of_a_request_makes_no_other_subject() -> None:
    split = message_in_one(b"Make tea\n\n* tea: boil (#12)\n").with_part_in(1, 1)

    assert composed_message(split, 1, b"tea: boil") == b"tea: boil\n"


def test_a_sentence_may_begin_with_a_name_as_of_code() -> None:
    message = (
        b"Tea\n\ntrim the old one(). res.send adds it. e.g. now. then\nit boils.\n"
    )

    assert [part.text for part in message_parts(message)[1:]] == [
        b"trim the old one().",
        b"res.send adds it. e.g. now. then it boils.",
    ]


def test_people_are_trailers_in_whichever_paragraph_they_stand() -> None:
    other = b"Co-authored-by: B <b@c>"
    message = b"Tea\n\nHot.\n" + SIGNED + b"\n\nMore.\n\n" + other + b"\n"

    assert said(message)[1:] == [
        ("sentence", b"Hot."),
        ("trailer", SIGNED),
        ("sentence", b"More."),
        ("trailer", other),
    ]
    split = split_in(message, signed=1, co=1)
    assert composed_message(split, 0) == b"Tea\n\nHot.\n\nMore.\n"


def test_what_is_shown_below_a_bullet_stays_as_it_is() -> None:
    fence = b"```\nboil(1)\n\n* no bullet\n```\n"
    table = b"  | a | b |\n  | 1 | 2 |\n"
    message = (
        b"Tea\n\nSee:\n" + fence + b"\n* Boil it\n" + fence + b"* Fill it\n" + table
    )
    split = split_in(message, see=3, boil=1, fill=2)

    assert [part.kind for part in split.parts] == [
        *("subject", "sentence", "paragraph"),
        *("bullet", "paragraph", "bullet", "paragraph"),
    ]
    assert composed_message(split, 0) == b"Tea\n"
    assert composed_message(split, 1) == b"Boil it\n\n" + fence
    assert composed_message(split, 2) == b"Fill it\n\n| a | b |\n| 1 | 2 |\n"
    assert composed_message(split, 3) == b"See:\n\n" + fence


def test_a_fence_that_nothing_ends_is_a_line_like_another() -> None:
    assert said(b"Tea\n\nBoil:\n```\nit.\n") == [
        ("subject", b"Tea"),
        ("sentence", b"Boil: ``` it."),
    ]


def test_a_round_bullet_is_one_too() -> None:
    message = "Tea\n\n• boil it\n• fill\n  all cups\n".encode()

    assert said(message)[1:] == [("bullet", b"boil it"), ("bullet", b"fill all cups")]


def test_a_fixup_in_a_list_follows_the_commit_that_it_is_for() -> None:
    message = b"Tea\n\n* fixup! Boil it\n\n  At 100.\n\n* Fill it\n\n* Boil it\n"
    split = split_in(message, boil=1)

    assert [part.below for part in split.parts] == [None, 4, 1, None, None]
    assert composed_message(split, 1, b"Boil it") == b"Boil it\n\nAt 100.\n"
    assert composed_message(split, 0) == b"Tea\n\n* Fill it\n"


def test_a_subject_that_is_listed_too_is_said_once_where_others_have_left() -> None:
    message = b"tea: boil it\n\n* tea: boil it (#12)\n* cups: fill them (#13)\n"
    split = split_in(message, cups=1)

    assert composed_message(message_in_one(message), 0, b"tea: boil it") == message
    assert composed_message(split, 0, b"tea: boil it") == b"tea: boil it\n"


def test_lines_that_name_issues_are_told_one_by_one() -> None:
    message = b"Tea\n\nIt was cold\nFix #48\nfixes a/b#2\n"

    assert [part.text for part in message_parts(message)[1:]] == [
        b"It was cold",
        b"Fix #48",
        b"fixes a/b#2",
    ]


def test_what_is_left_of_a_paragraph_begins_with_a_capital_unless_it_is_code() -> None:
    message = b"Tea\n\nAlso boil it, and fill the cup. cup.fill() waits.\n"

    assert composed_message(split_in(message, boil=1), 0) == (
        b"Tea\n\nFill the cup. cup.fill() waits.\n"
    )


def test_what_leads_to_a_list_goes_with_the_last_of_the_list() -> None:
    message = b"Clean up\n\nAs git does. Added:\n- Boil\n- Stir\n\nSee the manual.\n"
    gone = split_in(message, boil=1, stir=2)
    begun = split_in(message, boil=1)
    apart = split_in(b"Clean up\n\nAdded:\n\n- Boil\n\n- Stir\n", boil=1, stir=1)
    kept = split_in(b"Clean up\n\nSee below:\n\nBoil it first.\n", boil=1)

    assert composed_message(gone, 0) == b"Clean up\n\nAs git does.\n\nSee the manual.\n"
    assert composed_message(begun, 0).endswith(b"Added:\n- Stir\n\nSee the manual.\n")
    assert composed_message(apart, 0) == b"Clean up\n"
    assert b"See below:" in composed_message(kept, 0)
