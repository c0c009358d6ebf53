"""The buttons of the editor: add, take out, move. Each says ``what:path``; what does not fit changes nothing."""

from dataclasses import replace
from typing import Final

from .clauses import GROUPS, MOST, Node, Question, changed

_ADDS: Final = {"asks": Node(), "all": Node("all"), "any": Node("any"), "none": Node("none")}


def act(tree: Node, what: str, path: str) -> tuple[Node, str]:
    """The tree after the button, and the path of what should have the focus."""
    way = _way(path)
    if way is None or _at(tree, way) is None:
        return tree, ""
    if what.startswith("add-") and what[4:] in _ADDS:
        return _add(tree, way, _ADDS[what[4:]])
    if what == "test":
        return _add_test(tree, way)
    if what == "drop" and "-t" in path:
        return _drop_test(tree, way, int(path.rpartition("-t")[2]))
    moves = {"drop": _drop, "up": _up, "down": _down, "into": _into, "out": _out}
    return moves[what](tree, way) if what in moves and way else (tree, "")


def _way(path: str) -> list[int] | None:
    """``when-0-2`` as 0, 2; the question at the end of a path is left off."""
    first, *rest = path.partition("-t")[0].split("-")
    return [int(each) for each in rest] if first == "when" and all(each.isdigit() and len(each) < 4 for each in rest) else None


def _path(way: list[int]) -> str:
    return "-".join(["when", *map(str, way)])


def _at(tree: Node, way: list[int]) -> Node | None:
    for step in way:
        if step >= len(tree.clauses):
            return None
        tree = tree.clauses[step]
    return tree


def _add(tree: Node, way: list[int], new: Node) -> tuple[Node, str]:
    group = _at(tree, way)
    if group is None or group.kind not in GROUPS or len(group.clauses) >= MOST:
        return tree, ""
    return changed(tree, way, (*group.clauses, new)), _path([*way, len(group.clauses)])


def _inside(tree: Node, way: list[int]) -> list[Node]:
    """The clauses of the group around a clause."""
    group = _at(tree, way[:-1])
    return list(group.clauses) if group else []


def _drop(tree: Node, way: list[int]) -> tuple[Node, str]:
    inside = _inside(tree, way)
    del inside[way[-1]]
    focus = [*way[:-1], min(way[-1], len(inside) - 1)] if inside else way[:-1]
    return changed(tree, way[:-1], tuple(inside)), _path(focus)


def _swapped(tree: Node, way: list[int], to: int) -> tuple[Node, str]:
    inside, at = _inside(tree, way), way[-1]
    if not 0 <= to < len(inside):
        return tree, _path(way)
    inside[at], inside[to] = inside[to], inside[at]
    return changed(tree, way[:-1], tuple(inside)), _path([*way[:-1], to])


def _up(tree: Node, way: list[int]) -> tuple[Node, str]:
    return _swapped(tree, way, way[-1] - 1)


def _down(tree: Node, way: list[int]) -> tuple[Node, str]:
    return _swapped(tree, way, way[-1] + 1)


def _into(tree: Node, way: list[int]) -> tuple[Node, str]:
    """Into the group above it, as its last clause."""
    inside, at = _inside(tree, way), way[-1]
    if at == 0 or inside[at - 1].kind not in GROUPS:
        return tree, _path(way)
    above = inside[at - 1]
    inside[at - 1] = replace(above, clauses=(*above.clauses, inside.pop(at)))
    return changed(tree, way[:-1], tuple(inside)), _path([*way[:-1], at - 1, len(above.clauses)])


def _out(tree: Node, way: list[int]) -> tuple[Node, str]:
    """Out of its group, to stand behind it."""
    if len(way) < 2:
        return tree, _path(way)
    node = _inside(tree, way)[way[-1]]
    without, _ = _drop(tree, way)
    outer, behind = way[:-2], way[-2] + 1
    inside = list((_at(without, outer) or without).clauses)
    inside.insert(behind, node)
    return changed(without, outer, tuple(inside)), _path([*outer, behind])


def _exchange(tree: Node, way: list[int], tests: tuple[Question, ...]) -> Node:
    inside = _inside(tree, way)
    inside[way[-1]] = replace(inside[way[-1]], tests=tests)
    return changed(tree, way[:-1], tuple(inside))


def _add_test(tree: Node, way: list[int]) -> tuple[Node, str]:
    node = _at(tree, way)
    if not way or node is None or not node.of or len(node.tests) >= MOST:
        return tree, ""
    return _exchange(tree, way, (*node.tests, Question())), f"{_path(way)}-t{len(node.tests)}"


def _drop_test(tree: Node, way: list[int], at: int) -> tuple[Node, str]:
    node = _at(tree, way)
    if not way or node is None or at >= len(node.tests):
        return tree, ""
    return _exchange(tree, way, node.tests[:at] + node.tests[at + 1 :]), _path(way)
