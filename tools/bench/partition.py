"""Groups of regions, from links between them."""

from collections.abc import Callable, Iterable, Sequence

from tools.bench.regions import ChangedRegion

Link = tuple[int, int]
"""The numbers (from 0) of two regions that belong together."""


def components(number: int, links: Iterable[Link]) -> list[int]:
    """For each of ``number`` regions the first that links lead to from it."""
    home = list(range(number))

    def first(region: int) -> int:
        while home[region] != region:
            home[region] = home[home[region]]
            region = home[region]
        return region

    for a, b in links:
        low, high = sorted((first(a), first(b)))
        home[high] = low
    return [first(region) for region in range(number)]


def with_neighbours(
    regions: Sequence[ChangedRegion],
    groups: Sequence[int],
    is_left: Callable[[int], bool],
) -> list[int]:
    """The groups, what is left over joined to what stands next to it in its file.

    It joins the region after it, else the one before, else the first of the file; what
    is left of a file where nothing else is stays together.
    """
    first: dict[str, int] = {}
    for number, region in enumerate(regions):
        first.setdefault(region.path, number)
    found: list[int | None] = [None if is_left(group) else group for group in groups]
    for number, region in enumerate(regions):
        if found[number] is None:
            near = (number + 1, number - 1, first[region.path])
            within = (n for n in near if 0 <= n < len(regions))
            joined = (found[n] for n in within if regions[n].path == region.path)
            found[number] = next((g for g in joined if g is not None), None)
    # What is in no group yet has a file for itself: its first region stands for it.
    return [
        groups[first[region.path]] if group is None else group
        for region, group in zip(regions, found, strict=True)
    ]
