"""The table of the benchmark says no more than the cases do."""

from collections.abc import Iterable

from tools.bench import table


def rows(number: int, k: int, repositories: int = 5) -> list[table.Scored]:
    """So many cases, half of whose lines are right, of so many repositories."""
    figures = dict.fromkeys((*table.FIGURES, "split1"), 0.5)
    return [
        {**figures, "k": k, "lang": "go", "repo": str(n % repositories)}
        for n in range(number)
    ]


def cells(line: str) -> list[str]:
    """The figures of a line."""
    return line[30:].replace(" ±", "±").split()


def names(lines: Iterable[str]) -> set[str]:
    """What lines are about, without the first two, which say by what they differ."""
    return {line[:26].strip() for line in list(lines)[2:]}


def test_tangled_and_single_commits_have_figures_of_their_own() -> None:
    tangled, single = (
        cells(table.line("", rows(9, 2))),
        cells(table.line("", rows(9, 1))),
    )

    assert [*["0.500±0.000"] * 5, "-"] == tangled
    assert [*["-"] * 5, "0.500±0.000"] == single


def test_an_interval_is_as_wide_as_repositories_differ() -> None:
    mixed = rows(30, 2)
    for row in mixed:
        row["acc_l"] = float(row["repo"])

    first, second, *_ = cells(table.line("", mixed))

    assert first.startswith("2.000±1.")
    assert second == "0.500±0.000"


def test_of_two_repositories_no_interval_is_told() -> None:
    line = table.line("", rows(9, 2, repositories=2))

    assert cells(line)[0] == "0.500"


def test_a_part_of_few_cases_has_no_line() -> None:
    few = table.table_parts("k", "", rows(9, 2) + rows(10, 3))
    many = table.table_parts("k", "", rows(10, 2) + rows(10, 3))

    assert {"3"} == names(few)
    assert {"2", "3"} == names(many)


def test_times_are_told_by_the_number_of_hunks() -> None:
    seconds = [(1, 0.1), (50, 0.3), (50, 0.2), (201, 1.0)]

    _, small, large = table.times(seconds)

    assert " ".join(small.split()) == "1 to 50 hunks 3 p50 200 ms, p95 300 ms"
    assert " ".join(large.split()) == "201 on hunks 1 p50 1000 ms, p95 1000 ms"
