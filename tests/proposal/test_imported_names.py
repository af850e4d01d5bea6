"""What a line imports, and what it only makes the path of it from."""

import pytest

from gitsplit.proposal.source_text import imported_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('    source "$LIBRARY/functions"\n', ["functions"]),
        ("source ${LIBRARY}/functions;\n", ["functions"]),
        (". $HOME_OF_ALL/settings.sh\n", ["settings"]),
        ("require $folder . '/wood.php';\n", ["wood"]),
        ("source settings\n", ["settings"]),
        ("import { $paint, wood } from './colours'\n", ["paint", "wood", "colours"]),
        ("const $shop = require('shop')\n", ["shop", "shop"]),
    ],
)
def test_a_variable_that_a_path_is_made_of_is_used_not_imported(
    line: str, names: list[str]
) -> None:
    found = imported_names(line)

    assert [name for name in found if name in names] == names
    assert not {"LIBRARY", "HOME_OF_ALL", "folder"} & set(found)
