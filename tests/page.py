"""A page as a browser reads it: its elements, and what of it is text."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

from msgspec import Struct

VOID = {"meta", "br"}


class Element(Struct):
    """An element with its attributes, and what it has inside, in order."""

    tag: str
    attributes: Mapping[str, str]
    inside: "list[Element | str]"

    @property
    def text(self) -> str:
        """All text inside."""
        return "".join(
            each if isinstance(each, str) else each.text for each in self.inside
        )

    def all(self, tag: str = "", **attributes: str) -> "Iterator[Element]":
        """The elements inside of that tag that have these attributes, in order."""
        for each in self.inside:
            if isinstance(each, Element):
                has = attributes.items() <= each.attributes.items()
                if has and tag in ("", each.tag):
                    yield each
                yield from each.all(tag, **attributes)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {}, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, [])
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    handle_pi = unknown_decl


def read_page(page: str) -> Element:
    """The page; fails where an element is not closed."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    (root,) = reader.open
    return root
