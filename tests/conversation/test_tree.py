"""The tree: paths, siblings and leaves, also of trees that nobody should have made."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.tree import Tree
from tests.conversation.samples import later, message


def test_a_path_goes_from_the_first_message_to_the_leaf() -> None:
    first = message("1")
    second = message("2", first)
    third = message("3", second)
    assert Tree([third, first, second]).path(third.id) == [first, second, third]


def test_siblings_are_in_the_order_in_which_they_were_made() -> None:
    prompt = message("prompt")
    replies = [message(str(number), prompt, role="assistant") for number in range(3)]
    tree = Tree([prompt])
    for reply in (replies[1], replies[2], replies[0]):
        tree.put(reply)
    assert tree.children(prompt.id) == replies
    assert tree.children(None) == [prompt]


def test_the_leaf_below_an_active_message_is_the_newest() -> None:
    prompt = message("prompt")
    old, new = message("old", prompt), message("new", prompt)
    follow = message("follow", old)
    tree = Tree([prompt, old, new, follow])
    assert tree.leaf(prompt.id) == new.id
    assert tree.leaf(old.id) == follow.id


def test_without_a_valid_active_leaf_the_newest_leaf_is_it() -> None:
    prompt = message("prompt")
    old, new = message("old", prompt), message("new", prompt)
    tree = Tree([prompt, old, new])
    assert tree.leaf(None) == tree.leaf("0" * 26) == new.id


def test_an_empty_tree_has_no_leaf_and_no_path() -> None:
    tree = Tree()
    assert tree.leaf() is None
    assert tree.path(None) == []
    assert len(tree) == 0


def test_a_missing_parent_begins_the_path() -> None:
    lost = message("lost")
    found = message("found", lost)
    tree = Tree([found])
    assert tree.path(tree.leaf()) == [found]


def test_a_message_that_is_lost_cuts_nothing_off() -> None:
    messages = [message("0")]
    for number in range(1, 6):
        messages.append(message(str(number), messages[-1]))
    left = messages[:2] + messages[3:]
    assert Tree(left).path(messages[-1].id) == left
    assert Tree(left).leaf(messages[0].id) == messages[-1].id
    assert Tree(left, whole=False).path(messages[-1].id) == messages[3:]


def test_a_later_record_takes_the_place_of_an_earlier_one() -> None:
    prompt = message("draft")
    tree = Tree([prompt])
    tree.put(later(prompt, "final", 1))
    assert [known.text for known in tree.children(None)] == ["final"]


def test_cycles_end() -> None:
    one, two = message("1"), message("2")
    one, two = replace(one, parent=two.id), replace(two, parent=one.id)
    itself = message("itself")
    itself = replace(itself, parent=itself.id)
    tree = Tree([one, two, itself], whole=False)
    assert {known.id for known in tree.path(one.id)} == {one.id, two.id}
    assert tree.path(itself.id) == [itself]
    assert tree.leaf(one.id) in tree
    assert tree.leaf(itself.id) == itself.id
    tree = Tree([one, two, itself])
    assert [known.id for known in tree.path(tree.leaf())] == [one.id, two.id, itself.id]


def test_a_path_of_ten_thousand_messages_needs_no_recursion() -> None:
    messages = [message("first")]
    for number in range(10_000):
        messages.append(message(str(number), messages[-1]))
    tree = Tree(messages)
    assert tree.path(tree.leaf(messages[0].id)) == messages


def test_many_messages_that_are_older_than_their_parents_are_one_path() -> None:
    """Looking for circles from each of them anew would take minutes."""
    ids = sorted((new_id() for _ in range(20_000)), reverse=True)
    plain = message("one")
    messages = [replace(plain, id=one, parent=before) for one, before in zip(ids, [None, *ids], strict=False)]
    tree = Tree(messages)
    assert [known.id for known in tree.path(ids[-1])] == ids


def test_many_messages_whose_parents_are_lost_stand_side_by_side() -> None:
    lost, *ids = sorted(new_id() for _ in range(20_000))
    plain = message("one")
    tree = Tree([replace(plain, id=one, parent=lost) for one in ids])
    assert [known.id for known in tree.children(None)] == ids


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9), st.booleans()), max_size=14), st.integers(-1, 9))
def test_the_leaf_that_is_remembered_is_the_one_that_is_found(puts: list[tuple[int, int, bool]], active: int) -> None:
    identifiers = [message().id for _ in range(10)]
    tree = Tree()
    for one, parent, asks in puts:
        above = identifiers[parent] if 0 <= parent < one else None
        if identifiers[one] not in tree:
            tree.put(replace(message(), id=identifiers[one], parent=above))
        if asks:
            tree.leaf(identifiers[active] if active >= 0 else None)
    fresh = Tree(tree, whole=False)
    for asked in (identifiers[active] if active >= 0 else None, None):
        assert tree.leaf(asked) == fresh.leaf(asked)
