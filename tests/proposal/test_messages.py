"""What of the original message goes to which new commit."""

import pytest

from gitsplit.proposal.context import Context
from gitsplit.proposal.propose import proposal, proposals_by_content
from gitsplit.proposal.trailers import customs, trailer_homes
from tests.strategies import modified

KETTLE = modified(b"a\n", b"kettle.boil(100)\n", b"kettle.py")
CUP = modified(b"b\n", b"cup.fill(3)\n", b"cup.py")
SPOON = modified(b"c\n", b"spoon.wash()\n", b"spoon.py")


def messages(message: bytes, context: Context | None = None) -> dict[bytes, bytes]:
    """By file the messages of three commits, of which the second is the original."""
    changes = (CUP, KETTLE, SPOON)
    plan = proposal(changes, message, "file", 3, 2, context or Context())
    return {
        changes[edit.file].path: plan.groups[group].message
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"* wash the spoon\n* fill the cup\n", id="list"),
        pytest.param(b"While there: wash the spoon; fill the cup.\n", id="aside"),
    ],
)
def test_what_a_message_lists_goes_to_the_commits_that_it_speaks_of(
    body: bytes,
) -> None:
    found = messages(b"Boil the kettle\n\n" + body)

    assert found[b"kettle.py"] == b"Boil the kettle\n"
    assert found[b"spoon.py"].lower() == b"wash the spoon\n"
    assert found[b"cup.py"].lower().rstrip(b".\n") == b"fill the cup"


def test_further_items_go_to_the_commit_that_each_fits_best() -> None:
    found = messages(
        b"Tea (#12)\n\n* boil the kettle\n* wash the spoon\n* fill the cup\n"
        b"* boil it at 100\n"
    )

    assert found[b"kettle.py"].count(b"boil") == 2
    assert b"spoon" in found[b"spoon.py"].lower()


def test_who_made_it_is_on_each_commit_and_what_closes_a_bug_on_the_last() -> None:
    signed = b"Signed-off-by: A <a@b>\n"
    message = b"Boil\n\nCloses: 1\nDepends-On: I12\nReviewed-by: B <b@c>\n" + signed
    context = Context(copied=(), customs=customs(message, [message] * 3))
    found = messages(message, context)

    assert found[b"cup.py"] == b"Update fill in cup\n\nDepends-On: I12\n" + signed
    assert found[b"kettle.py"] == b"Boil\n\nReviewed-by: B <b@c>\n" + signed
    assert found[b"spoon.py"] == b"Update wash in spoon\n\nCloses: 1\n" + signed


def test_a_trailer_has_a_place_only_where_the_latest_commits_show_the_custom() -> None:
    message = b"Boil\n\nBug: 1\nTest: m\nFixed: 2\nOther: 3\n"
    latest = [b"One\n\nBug: 1\n"] * 3 + [b"One\n\nFixed: 1\nTest: x\n"] * 2

    assert customs(message, latest) == ((b"bug", "all"),)
    assert customs(b"Boil\n", latest * 9) == ()
    assert trailer_homes(b"bug", {b"bug": "all"}, [0, 1], 1) == (0, 1)
    assert trailer_homes(b"test", {b"bug": "all"}, [0, 1], 1) == (1,)


def test_messages_follow_the_hunks_of_any_plan() -> None:
    changes = (CUP, KETTLE, SPOON)
    message = b"Boil the kettle\n\n* wash the spoon\n"
    proposals = proposals_by_content(changes, message)
    plan = proposals.plan(3)
    found = proposals.messages(plan)

    assert found.messages == tuple(group.message for group in plan.groups)
    assert all(choices for choices in found.subjects)
    assert found.split.left_out == ()


@pytest.mark.parametrize("mark", [b"fixup! ", b"squash! ", b"amend! "])
def test_each_commit_of_a_fixup_is_for_the_same_one(mark: bytes) -> None:
    message = mark + b"Boil the kettle\n\nBoil it well.\n"
    found = messages(message)

    expected = message if mark == b"amend! " else mark + b"Boil the kettle\n"
    assert found[b"kettle.py"] == message
    assert found[b"cup.py"] == found[b"spoon.py"] == expected


def test_each_commit_of_a_revert_says_what_that_reverts() -> None:
    message = b'Revert "Boil the kettle"\n\nThis reverts commit 1234567.\n'
    found = messages(message)

    assert found[b"kettle.py"] == message
    assert found[b"cup.py"] == b'Revert "Boil the kettle": Update fill in cup\n'


def test_the_original_keeps_its_subject_whatever_the_style_of_the_latest() -> None:
    context = Context(subjects=(b"Boil it", b"Wash it"))

    found = messages(b"fixes of july.\n\n* wash the spoon\n", context)

    assert b"fixes of july." in {each.partition(b"\n")[0] for each in found.values()}


@pytest.mark.parametrize("clauses", [2, 4, 7])
def test_every_clause_of_a_subject_is_in_one_of_the_messages(clauses: int) -> None:
    said = [b"boil the kettle"] + [b"boil at %d" % each for each in range(1, clauses)]
    found = messages(b"; ".join(said) + b"\n").values()

    counts = [sum(clause in each.lower() for each in found) for clause in said]
    assert counts == [1] * clauses


@pytest.mark.parametrize("indent", [b"", b"    "])
def test_people_of_any_paragraph_are_on_each_commit(indent: bytes) -> None:
    """Also those of each commit that git lists where several are squashed."""
    a, b = b"Signed-off-by: A <a@b>", b"Co-authored-by: B <b@c>"
    message = b"Boil the kettle\n\n" + a + b"\n\n" + b + b"\n"
    if indent:
        head = b"commit %s\nAuthor: A <a@b>\n\n" % (b"1" * 40)
        message = b"Squashed commit of the following:\n\n" + head
        message += b"    Boil the kettle\n\n    " + a + b"\n    " + b + b"\n"

    assert all(a in each and b in each for each in messages(message).values())


def test_a_fixup_that_is_listed_with_its_commit_is_no_subject() -> None:
    items = b"* fixup! Wash the spoon\n* Fill the cup\n* Wash the spoon\n"
    found = messages(b"Boil the kettle\n\n" + items)

    assert found[b"spoon.py"] == b"Wash the spoon\n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Also fill the cup, and respect the password.\n", id="aside"),
        pytest.param(
            b"* fill the cup\n* respect the password of a user before every variable\n"
            b"* wash the spoon\n",
            id="list",
        ),
    ],
)
def test_what_has_no_word_in_common_with_any_commit_is_left_out(body: bytes) -> None:
    found = messages(b"Boil the kettle\n\n" + body)

    assert not any(b"password" in each for each in found.values())
    assert found[b"cup.py"] in (b"Fill the cup\n", b"fill the cup\n")


def test_the_item_of_a_list_that_no_other_commit_has_needs_no_word_in_common() -> None:
    found = messages(b"Boil the kettle\n\n* fill the cup\n* be nice to it\n")

    assert found[b"spoon.py"].lower() == b"be nice to it\n"


@pytest.mark.parametrize("subject", [b"Wash the spoon", b"Boil the kettle"])
def test_who_continues_the_original_is_told_by_its_subject(subject: bytes) -> None:
    """Prose may go on about the others as long as it likes."""
    rest = b"The cup is filled. Fill cup by cup, for a cup that fills is a cup.\n"
    changes = (CUP, KETTLE, SPOON)
    plan = proposals_by_content(changes, subject + b"\n\n" + rest).plan(3)
    (own,) = {
        changes[edit.file].path
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        if group == plan.owner
    }

    assert own.partition(b".")[0] in subject.lower()


def test_a_sentence_that_sounds_like_a_subject_is_one_and_others_are_offered() -> None:
    changes = (CUP, KETTLE, SPOON)
    message = (
        b"Boil the kettle\n\nReplace what was in the cup: fill it with 3 cups.\n\n"
    )
    message += b"A spoon that is dirty is washed, spoon by spoon.\n"
    proposals = proposals_by_content(changes, message)
    plan = proposals.plan(3)
    group = {
        changes[e.file].path: g for e, g in zip(plan.edits, plan.group_of, strict=True)
    }
    found = proposals.messages(plan)
    texts = [[choice.text for choice in choices] for choices in found.subjects]

    assert found.message(group[b"cup.py"]) == (
        b"Replace what was in the cup: fill it with 3 cups\n"
    )
    assert texts[group[b"spoon.py"]][1] == (
        b"A spoon that is dirty is washed, spoon by spoon"
    )


def test_a_long_new_file_does_not_have_the_subject_of_another_commit() -> None:
    guide = b"".join(b"Line %d of the guide about tea.\n" % n for n in range(300))
    changes = (modified(b"", guide, b"GUIDE.md"), KETTLE)
    plan = proposals_by_content(changes, b"Boil the kettle\n\n* Add a guide\n").plan(2)

    (edit,) = [
        e for e, g in zip(plan.edits, plan.group_of, strict=True) if g == plan.owner
    ]
    assert changes[edit.file].path == b"kettle.py"


def test_a_paragraph_that_only_another_commit_has_words_of_goes_there() -> None:
    found = messages(b"Boil the kettle\n\nLook at the spoon.\n\nOf no concern.\n")

    assert found[b"kettle.py"] == b"Boil the kettle\n\nOf no concern.\n"
    assert b"Look at the spoon" in found[b"spoon.py"]


def test_lines_that_name_issues_stay_with_the_original_and_are_no_subjects() -> None:
    notes = modified(
        b"", b"- It boils (#48), fixed by nobody. Closes x/y#2 too.\n", b"NEWS"
    )
    plan = proposals_by_content(
        (KETTLE, notes), b"Boil the kettle\n\nFix #48\nCloses x/y#2\n"
    ).plan(2)
    found = {group.message for group in plan.groups if b"Boil the" in group.message}

    assert found == {b"Boil the kettle\n\nFix #48\nCloses x/y#2\n"}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"Boil ; rinse that\n", id="semicolon"),
        pytest.param(b"Boil\n\n* drain an ocean of other things there\n", id="list"),
        pytest.param(b"  Boil,\nand wash;stir .\n\n\n\nWhy \r\n\nX-A: b\n\n", id="odd"),
        pytest.param(b"fixup! boil ;it\n", id="fixup"),
    ],
)
def test_what_stays_one_commit_keeps_its_message_byte_for_byte(message: bytes) -> None:
    context = Context(customs=((b"x-a", "first"),))

    plan = proposal((KETTLE,), message, "auto", 1, context=context)

    assert [group.message for group in plan.groups] == [message]
    assert not plan.groups[0].is_proposed
