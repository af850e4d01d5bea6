"""However much there is to tell, it is told in few words."""

from gitsplit.model.listing import abbreviation, few, name_list


def test_few_names_are_all_told_and_many_are_counted() -> None:
    names = [f"v{number}" for number in range(3000)]

    assert name_list(names[:3]) == "v0, v1, v2"
    assert name_list(names) == "v0, v1, v2 and 2997 more"
    assert name_list([]) == ""


def test_a_line_that_counts_others_stands_for_two_of_them_at_least() -> None:
    assert list(few(["a", "b", "c"], 2)) == ["a", "b", "c"]
    assert list(few(["a", "b", "c", "d"], 2)) == ["a", "b", "and 2 more"]
    assert list(few([])) == []


def test_of_a_long_name_both_ends_are_told() -> None:
    name = "topic/" + "x" * 500 + "/b12"

    assert abbreviation(name[:80]) == name[:80]
    assert len(abbreviation(name)) == 80
    assert abbreviation(name).startswith("topic/xx")
    assert abbreviation(name).endswith("xx/b12")
