"""Every action that the code writes into the log has words for people, in one table."""

import ast
from collections.abc import Iterator
from itertools import chain

from quizapp.audit.rules import ACTION
from quizapp.audit.words import DEED_WORDS, deed_words
from quizapp.config import ROOT

# Actions put together of parts: what the parts may be stands in the code beside them.
PUT_TOGETHER = {
    "f'standings.rebuild_{state}'": {"standings.rebuild_done", "standings.rebuild_cancelled"},
    "f'organiser.{purpose}_link_made'": {"organiser.setup_link_made", "organiser.reset_link_made"},
}
EARLIER = set[str]()  # what only earlier releases wrote: the log is for ever


class Source:
    """All modules, with their calls by the name of what is called."""

    def __init__(self) -> None:
        paths = sorted((ROOT / "quizapp").rglob("*.py"))
        self.trees = {str(path): ast.parse(path.read_text("utf-8")) for path in paths}
        self.calls: dict[str, list[tuple[str, ast.FunctionDef | None, ast.Call]]] = {}
        for path, tree in self.trees.items():
            self._walk(path, tree, None)

    def _walk(self, path: str, node: ast.AST, function: ast.FunctionDef | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                name = ast.unparse(child.func)
                self.calls.setdefault(name, []).append((path, function, child))
                if name != name.rpartition(".")[2]:
                    short = name.rpartition(".")[2]
                    self.calls.setdefault(short, []).append((path, function, child))
            inner = child if isinstance(child, ast.FunctionDef) else function
            self._walk(path, child, inner)

    def actions(self) -> Iterator[str]:
        """Yield the actions of all calls of `audit.record`, through functions that hand one on."""
        for path, function, call in self.calls["audit.record"]:
            yield from self._resolved(path, function, call.args[0])

    def _resolved(
        self, path: str, function: ast.FunctionDef | None, told: ast.expr
    ) -> Iterator[str]:
        if isinstance(told, ast.Constant):
            yield told.value
        elif isinstance(told, ast.IfExp):
            yield from self._resolved(path, function, told.body)
            yield from self._resolved(path, function, told.orelse)
        elif isinstance(told, ast.JoinedStr):
            yield from PUT_TOGETHER[ast.unparse(told)]
        elif isinstance(told, ast.Name) and function and self._place(function, told.id) is not None:
            yield from self._handed_on(path, function, told.id)
        elif isinstance(told, ast.Name):
            yield from self._assigned(path, function, told.id)
        else:
            raise AssertionError((path, told.lineno, ast.unparse(told)))

    def _handed_on(self, path: str, function: ast.FunctionDef, name: str) -> Iterator[str]:
        place = self._place(function, name)
        within = path if function.name.startswith("_") else self._feature(path)
        calls = [one for one in self.calls.get(function.name, []) if one[0].startswith(within)]
        assert calls, (path, function.name)
        for where, around, call in calls:
            named = [one.value for one in call.keywords if one.arg == name]
            given = named[0] if named else call.args[place]
            yield from self._resolved(where, around, given)

    def _assigned(self, path: str, function: ast.FunctionDef | None, name: str) -> Iterator[str]:
        inside = ast.walk(function) if function else iter(())
        found = [
            value
            for one in chain(inside, self.trees[path].body)
            if isinstance(one, ast.Assign)
            for target, value in _pairs(one)
            if target == name
        ]
        assert found, (path, name)
        for value in found:
            yield from self._resolved(path, function, value)

    @staticmethod
    def _feature(path: str) -> str:
        root = str(ROOT / "quizapp") + "/"
        return root + path.removeprefix(root).partition("/")[0] + "/"

    @staticmethod
    def _place(function: ast.FunctionDef, name: str) -> int | None:
        names = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
        return names.index(name) if name in names else None


def _pairs(one: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """Yield what gets which value: `a = 1`, and `a, b = 1, 2`."""
    target, value = one.targets[0], one.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(map(ast.unparse, target.elts), value.elts, strict=True)
    else:
        yield ast.unparse(target), value


def test_every_action_of_the_log_has_words():
    written = set(Source().actions())
    assert {"contest.approve", "person.reset_pin", "draft.archive", "round.pause"} <= written
    assert all(ACTION.fullmatch(action) for action in written)
    assert sorted(written - DEED_WORDS.keys()) == []
    assert sorted(DEED_WORDS.keys() - written - EARLIER) == []


def test_no_two_actions_have_the_same_words():
    words = list(DEED_WORDS.values())
    assert sorted({one for one in words if words.count(one) > 1}) == []


def test_an_action_of_a_later_release_is_shown_by_its_code():
    assert deed_words("later.release") == "later.release"
