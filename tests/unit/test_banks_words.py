"""Every sentence of the readers is a text of the catalogue: nothing Vietnamese is put together."""

import ast
import re

import pytest

from quizapp.config import ROOT
from quizapp.said import PLACE

BANKS = ROOT / "quizapp" / "banks"
MODULES = [
    str(path.relative_to(BANKS))
    for folder in ("reading", "rules", "service")
    for path in sorted((BANKS / folder).rglob("*.py"))
]
VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
# What stands in files or becomes the content of a question is no sentence to anybody.
WORDS_OF_FILES = {
    *("Đúng", "đúng", "đ", "có", "Đáp án: ", "đáp án", "điểm", "khoản", "Điều"),
    *("hoặc", "và", "là", "không", "chưa", "thì"),
    *("hình ảnh", "ảnh", "Hình ", "[hình]", "  (đúng). "),
}
# Parts of patterns and tables of letters, each a constant of its module.
VOCABULARIES = {
    "rules/documents/labels.py": {"GRADE"},
    "rules/documents/told.py": {"KEY_WORD"},
    "rules/documents/legacy.py": {"TCVN3_FROM", "TCVN3_TO", "VNI_MARKS", "VNI_BASES", "VNI_ALONE"},
    "rules/fixed_order.py": {"COUNT", "NAME", "VERDICT", "ABOVE", "ONLY", "JOINT"},
}


class Module:
    """A module as a tree whose nodes know what they stand in."""

    def __init__(self, name):
        self.name = name
        self.tree = ast.parse((BANKS / name).read_text("utf-8"))
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def around(self, node):
        """Yield what a node stands in, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def calls(self, name):
        return [node for node in ast.walk(self.tree) if is_call(node, name)]

    def texts_before(self, node, name):
        """Return the N_(…) that a name was last given before a node, where its function does so."""
        function = next(
            one for one in self.around(node) if isinstance(one, ast.FunctionDef | ast.Module)
        )
        given = [
            one
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and is_call(one.value, "N_") and one.lineno < node.lineno
            if [getattr(target, "id", "") for target in one.targets] == [name]
        ]
        given.sort(key=lambda one: one.lineno)
        return [one.value for one in given[-1:]]


def is_call(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def is_pattern(node):
    of = getattr(node.func, "value", None) if isinstance(node, ast.Call) else None
    return isinstance(of, ast.Name) and of.id == "re"


def is_docstring(module, node):
    return isinstance(module.parents[node], ast.Expr)


@pytest.fixture(params=MODULES)
def module(request):
    return Module(request.param)


def test_what_is_vietnamese_is_a_text_of_the_catalogue(module):
    found = []
    for node in ast.walk(module.tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not is_text or not VIETNAMESE.search(node.value) or is_docstring(module, node):
            continue
        inside = list(module.around(node))
        if any(is_call(one, "N_") or is_pattern(one) for one in inside):
            continue
        constants = {
            getattr(target, "id", "")
            for one in inside[-2:-1]
            if isinstance(one, ast.Assign)
            for target in one.targets
        }
        if node.value in WORDS_OF_FILES or constants & VOCABULARIES.get(module.name, set()):
            continue
        found.append((node.lineno, node.value))
    assert found == [], "say it with said(N_(…))"


def test_a_text_of_the_catalogue_is_whole_and_has_only_names_in_its_braces(module):
    for call in module.calls("N_"):
        assert [type(one) for one in call.args] == [ast.Constant], ast.unparse(call)
        assert not set(PLACE.sub("", call.args[0].value)) & set("{}"), ast.unparse(call)
        around = module.parents[call]
        assert not isinstance(around, ast.BinOp | ast.Attribute | ast.FormattedValue), call.lineno


def test_what_is_said_is_a_text_of_the_catalogue_with_all_of_its_facts(module):
    for call in module.calls("said"):
        text = call.args[0]
        assert is_call(text, "N_") or isinstance(text, ast.Name), ast.unparse(call)
        given = {keyword.arg for keyword in call.keywords}
        marked = [text] if is_call(text, "N_") else module.texts_before(call, text.id)
        for one in (call.args[0].value for call in marked):
            assert None in given or set(PLACE.findall(one)) <= given, ast.unparse(call)
            assert given - {None} <= set(PLACE.findall(one)), ast.unparse(call)
