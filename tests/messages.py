"""Commit messages of every shape, of lines that mean something to Gerrit or git."""

from hypothesis import strategies as st

OLD = b"I" + b"0123456789" * 4
NEW = b"I" + b"abcdef0123" * 4
URL = b"https://review.example.com/"
LINK = b"Link: https://review.example.com/id/"
SIGNED = b"Signed-off-by: A <a@example.com>"

MEANINGFUL = [
    b"",
    b"Add one",
    b"prose, with: a colon",
    b" indented",
    b"\ttabbed",
    b"Bug: 12",
    b"Note : odd",
    b"https://example.com/a",
    SIGNED,
    b"signed-off-by: b",
    b"(cherry picked from commit 1234)",
    b"Conflicts:",
    b"---",
]
ODD = [
    b" ",
    b"\t",
    b"# a comment",
    b"\xfcml\xe4ut",
    b"nul\0nul",
    b"\x0b\x0c",
    b"Change-Id: " + OLD,
    b"change-id:" + OLD + b" ",
    b"Change-Id:",
    b"Change-Id: todo",
    b"Change-Id : " + OLD,
    b"  Change-Id: " + OLD,
    LINK + OLD,
    LINK + OLD + b" ",
    b"Link: https://other.example.com/id/" + OLD,
]


ENDS = [b"", b"\n", b"\n", b"\n\n\n", b"\n \n", b"  \n"]


def messages_of(
    lines: st.SearchStrategy[bytes], ends: list[bytes] = ENDS
) -> st.SearchStrategy[bytes]:
    """Messages of such lines, with one kind of newline between them and any end."""
    return st.builds(
        lambda newline, parts, end: newline.join(parts) + end,
        st.sampled_from([b"\n", b"\n", b"\r\n"]),
        st.lists(lines, max_size=9),
        st.sampled_from(ends),
    )


MESSAGES = messages_of(st.sampled_from(MEANINGFUL + ODD)) | st.binary(max_size=40)
TIDY_MESSAGES = messages_of(
    st.sampled_from(MEANINGFUL).map(lambda line: b"x\n" + line),
    ends=[b"x\n", b"x\n\n\n"],
)
"""Messages without ids, that begin and end with a line of text."""
