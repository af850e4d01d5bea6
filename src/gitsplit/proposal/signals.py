"""The signals: a number for each two pieces of a commit, most of them from 0 to 1.

To add one, write a function of a commit's features and two pieces' numbers, put it into
SIGNALS, and give it a case in ``tests/cases``. It waits at weight 0 until a maintainer
has trained; docs/proposals.md says how.
"""

from collections.abc import Callable, Iterable, Mapping
from math import log, log1p

from gitsplit.proposal import source_text
from gitsplit.proposal.commit_features import CommitFeatures, path_likeness
from gitsplit.proposal.features import LineFeatures, PieceFeatures

Signal = Callable[[CommitFeatures, int, int], float]
"""Of a commit and the numbers (from 0) of two of its pieces, in either order."""


def _pair(
    commit: CommitFeatures, a: int, b: int
) -> tuple[PieceFeatures, PieceFeatures]:
    return commit.features[a], commit.features[b]


def shared_words(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike their words are, by the parts of identifiers."""
    return commit.words.direct[a][b]


def shared_neighbours(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike they are in which other pieces share their words."""
    return commit.words.second_order[a][b]


def shared_surroundings(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike the words are that they stand among."""
    return commit.around.direct[a][b]


def neighbours_around(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike they are in which others stand among the same words."""
    return commit.around.second_order[a][b]


def rare_word(commit: CommitFeatures, a: int, b: int) -> float:
    """The rarest identifier that both have, by the old texts."""
    one, two = _pair(commit, a, b)
    return _highest(commit.rarity, one.words & two.words)


def scarce_word(commit: CommitFeatures, a: int, b: int) -> float:
    """The identifier that both and fewest other pieces have."""
    one, two = _pair(commit, a, b)
    return _highest(commit.scarcity, one.words & two.words)


def _highest(value: Mapping[str, float], words: Iterable[str]) -> float:
    return max((value[word] for word in words), default=0.0)


def same_identifiers(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of their identifiers that both have."""
    one, two = _pair(commit, a, b)
    return len(one.words & two.words) / max(1, len(one.words | two.words))


def new_name(commit: CommitFeatures, a: int, b: int) -> float:
    """Both have a name that the commit brings."""
    one, two = _pair(commit, a, b)
    return float(not one.new.isdisjoint(two.new))


def new_name_used(commit: CommitFeatures, a: int, b: int) -> float:
    """A name that the commit brings is declared in one and is in the other."""
    one, two = _pair(commit, a, b)
    is_there = not one.defined.isdisjoint(two.new)
    return float(is_there or not two.defined.isdisjoint(one.new))


def gone_name(commit: CommitFeatures, a: int, b: int) -> float:
    """Both lose a name that is nowhere afterwards."""
    one, two = _pair(commit, a, b)
    return float(not one.gone.isdisjoint(two.gone))


def same_replacement(commit: CommitFeatures, a: int, b: int) -> float:
    """Both put the same name in the place of the same other one."""
    one, two = _pair(commit, a, b)
    if one.removed.isdisjoint(two.removed):
        return 0.0
    return float(not one.added.isdisjoint(two.added))


def same_shift(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of the smaller one's coming and going words that the other has."""
    one, two = _pair(commit, a, b)
    smaller = min(len(one.shifts), len(two.shifts))
    return len(one.shifts & two.shifts) / max(1, smaller)


def names_where_it_stands(commit: CommitFeatures, a: int, b: int) -> float:
    """The rarest identifier of one that the other stands among."""
    one, two = _pair(commit, a, b)
    return _highest(
        commit.rarity, (one.context & two.words) | (two.context & one.words)
    )


def stands_among(commit: CommitFeatures, a: int, b: int) -> float:
    """An identifier of one is among the lines that the other stands in."""
    one, two = _pair(commit, a, b)
    is_either = not one.context.isdisjoint(two.words)
    return float(is_either or not two.context.isdisjoint(one.words))


def same_function(commit: CommitFeatures, a: int, b: int) -> float:
    """Both stand in one declaration."""
    one, two = _pair(commit, a, b)
    return float(one.function is not None and one.function == two.function)


def nearness(commit: CommitFeatures, a: int, b: int) -> float:
    """How near they stand in one file, from 1 down to 0 at a thousand lines."""
    one, two = _pair(commit, a, b)
    if one.path != two.path or "fact" in (one.kind, two.kind):
        return 0.0
    gap = max(0, two.start - one.stop, one.start - two.stop)
    return 1 - min(1.0, log1p(gap) / 7)


def like_files(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike the words of their whole files are."""
    return commit.files[commit.file_at[a]][commit.file_at[b]]


def file_named(commit: CommitFeatures, a: int, b: int) -> float:
    """One's file names the other's."""
    here, there = commit.file_at[a], commit.file_at[b]
    if here == there:
        return 0.0
    return float(there in commit.mentions[here] or here in commit.mentions[there])


def like_paths(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of the parts of their paths that both have."""
    return path_likeness(*_pair(commit, a, b))


def same_ending(commit: CommitFeatures, a: int, b: int) -> float:
    """Their files' names end alike."""
    one, two = _pair(commit, a, b)
    return float(one.path.rpartition(".")[2] == two.path.rpartition(".")[2])


def same_stem(commit: CommitFeatures, a: int, b: int) -> float:
    """Their files are two of one name, such as a module and its test."""
    one, two = _pair(commit, a, b)
    return float(one.path != two.path and one.stem == two.stem)


def stem_named(commit: CommitFeatures, a: int, b: int) -> float:
    """One names the file that the other is in."""
    one, two = _pair(commit, a, b)
    if one.path == two.path:
        return 0.0
    return float(_names_file_of(one, two) or _names_file_of(two, one))


def _names_file_of(one: PieceFeatures, two: PieceFeatures) -> bool:
    return bool(two.stem_parts) and two.stem_parts <= one.subwords.keys()


def only_space(commit: CommitFeatures, a: int, b: int) -> float:
    """Both change nothing but white space."""
    one, two = _pair(commit, a, b)
    return float(one.text.is_space and two.text.is_space)


def only_comments(commit: CommitFeatures, a: int, b: int) -> float:
    """Both are comments."""
    one, two = _pair(commit, a, b)
    return float(one.text.is_comment and two.text.is_comment)


def only_numbers(commit: CommitFeatures, a: int, b: int) -> float:
    """Both change nothing but numbers."""
    one, two = _pair(commit, a, b)
    return float(one.text.is_number and two.text.is_number)


def one_document(commit: CommitFeatures, a: int, b: int) -> float:
    """One is documentation, the other is not."""
    one, two = _pair(commit, a, b)
    return float((one.role == "documentation") != (two.role == "documentation"))


def both_documents(commit: CommitFeatures, a: int, b: int) -> float:
    """Both are documentation."""
    one, two = _pair(commit, a, b)
    return float(one.role == two.role == "documentation")


def few_words(commit: CommitFeatures, a: int, b: int) -> float:
    """How little the smaller one says: 1 where it has no identifier at all."""
    one, two = _pair(commit, a, b)
    return 1 / (1 + min(len(one.words), len(two.words)))


def size(commit: CommitFeatures, a: int, b: int) -> float:
    """How long the larger one is."""
    one, two = _pair(commit, a, b)
    return log1p(max(one.lines, two.lines))


def number_of_files(commit: CommitFeatures, a: int, b: int) -> float:
    """How many files the commit changes."""
    return log(len(commit.pieces_by_path))


def pieces_in_a_file(commit: CommitFeatures, a: int, b: int) -> float:
    """How many pieces the commit has in a file, on average."""
    return log(len(commit.features) / len(commit.pieces_by_path))


def close_for_both(commit: CommitFeatures, a: int, b: int) -> float:
    """How close they are, compared with the closest that either has."""
    return commit.closeness[a][b] / max(commit.closest[a], commit.closest[b])


def changed_together(commit: CommitFeatures, a: int, b: int) -> float:
    """How often earlier commits changed both their files rather than one of them."""
    here, there = commit.file_at[a], commit.file_at[b]
    return 0.0 if here == there else commit.co_change[here][there]


def directories_changed_together(commit: CommitFeatures, a: int, b: int) -> float:
    """How often earlier commits changed both their directories rather than one."""
    return commit.directory_co_change[commit.file_at[a]][commit.file_at[b]]


def same_substitutions(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of what they replace that both replace by the same."""
    one, two = _pair(commit, a, b)
    either = len(one.text.substitutions | two.text.substitutions)
    return len(one.text.substitutions & two.text.substitutions) / max(1, either)


def same_shape(commit: CommitFeatures, a: int, b: int) -> float:
    """How alike the tokens are that come and go, whatever the names."""
    return commit.shapes[a][b]


def same_lines(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of the smaller one's longer lines that come or go in both."""
    one, two = commit.features[a].text, commit.features[b].text
    return _share((one.lost & two.lost) | (one.brought & two.brought), one, two)


def moved_lines(commit: CommitFeatures, a: int, b: int) -> float:
    """The share of the smaller one's longer lines that go in one, come in the other."""
    one, two = commit.features[a].text, commit.features[b].text
    return _share((one.lost & two.brought) | (one.brought & two.lost), one, two)


def _share(lines: frozenset[str], one: LineFeatures, two: LineFeatures) -> float:
    return min(1.0, len(lines) / max(1, min(one.longer, two.longer)))


def same_kind(commit: CommitFeatures, a: int, b: int) -> float:
    """Both only add, both only remove, or both replace."""
    one, two = _pair(commit, a, b)
    return float(one.kind == two.kind)


def both_replace(commit: CommitFeatures, a: int, b: int) -> float:
    """Both put something in the place of something."""
    one, two = _pair(commit, a, b)
    return float(one.kind == two.kind == "replaced")


def few_between(commit: CommitFeatures, a: int, b: int) -> float:
    """How few pieces of their file stand between them: 1 for neighbours."""
    if commit.file_at[a] != commit.file_at[b]:
        return 0.0
    return 1 / max(1, abs(commit.rank[a] - commit.rank[b]))


def same_role(commit: CommitFeatures, a: int, b: int) -> float:
    """Their files play the same part."""
    one, two = _pair(commit, a, b)
    return float(one.role == two.role)


def one_import(commit: CommitFeatures, a: int, b: int) -> float:
    """One only names what is used from elsewhere, the other doesn't."""
    one, two = _pair(commit, a, b)
    return float(one.text.is_import != two.text.is_import)


def import_used(commit: CommitFeatures, a: int, b: int) -> float:
    """The rarest name that one imports and the other, which doesn't, has."""
    one, two = _pair(commit, a, b)
    used = (one.text.imported & two.words) - two.text.imported
    return _highest(
        commit.rarity, used | (two.text.imported & one.words) - one.text.imported
    )


def lock_of_manifest(commit: CommitFeatures, a: int, b: int) -> float:
    """One is a manifest, the other the lock file that records what came of it."""
    one, two = _pair(commit, a, b)
    is_one = source_text.is_locked(one.path, two.path)
    return float(is_one or source_text.is_locked(two.path, one.path))


def both_generated(commit: CommitFeatures, a: int, b: int) -> float:
    """Both are in files that a program made."""
    one, two = _pair(commit, a, b)
    return float(one.is_generated and two.is_generated)


def both_told(commit: CommitFeatures, a: int, b: int) -> float:
    """How much one item of the message speaks of both."""
    return max(map(min, commit.in_message[a], commit.in_message[b]))


def one_told(commit: CommitFeatures, a: int, b: int) -> float:
    """How much more the message speaks of one than of the other."""
    return abs(max(commit.in_message[a]) - max(commit.in_message[b]))


def told_apart(commit: CommitFeatures, a: int, b: int) -> float:
    """How much more one item of the message speaks of each than the other's does."""
    one, two = commit.in_message[a], commit.in_message[b]
    of_one, of_two = one.index(max(one)), two.index(max(two))
    return max(0.0, min(one[of_one] - two[of_one], two[of_two] - one[of_two]))


def one_topic(commit: CommitFeatures, a: int, b: int) -> float:
    """How much likelier than not they are of one of the message's several topics."""
    return commit.topic_likeness[a][b]


SIGNALS: tuple[Signal, ...] = (
    shared_words,
    shared_neighbours,
    shared_surroundings,
    neighbours_around,
    rare_word,
    scarce_word,
    same_identifiers,
    new_name,
    new_name_used,
    gone_name,
    same_replacement,
    same_shift,
    names_where_it_stands,
    stands_among,
    same_function,
    nearness,
    like_files,
    file_named,
    like_paths,
    same_ending,
    same_stem,
    stem_named,
    only_space,
    only_comments,
    only_numbers,
    one_document,
    both_documents,
    few_words,
    size,
    number_of_files,
    pieces_in_a_file,
    close_for_both,
    same_substitutions,
    same_shape,
    same_lines,
    moved_lines,
    few_between,
    same_kind,
    both_replace,
    same_role,
    one_import,
    import_used,
    lock_of_manifest,
    both_generated,
    changed_together,
    directories_changed_together,
    both_told,
    one_told,
    told_apart,
    one_topic,
)
"""Every signal, in any order: weights go by their names."""
