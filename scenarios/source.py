"""Reading a scenario's text into a tree of plain values that remembers where each one stands.

Rules
    YAML 1.2, one document, a mapping on top. A number with a point or an exponent becomes a ``Decimal`` of its own
    text, so that 0.0030 is exact. A key that stands twice is a problem, and the first one counts. ``<<`` merges.
    A syntax error ends the reading; everything else is reported together.

Cost
    About 0.4 ms a line of dense YAML (CPython 3.11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from scenarios.problems import Problem, ScenarioError, TreePath, instead
from scenarios.quantities import show

LIBRARY: Final = Path(__file__).parent
"""Where the built-in scenarios are."""

_MOST_VALUES: Final = 100_000
_TAG: Final = "tag:yaml.org,2002:"


class Place(NamedTuple):
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """A tree of plain values and where they came from.

    Attributes:
        file: what messages call the source.
        tree: mappings, lists, text, numbers (int or Decimal), booleans and None.
        folder: where relative files are looked for.
        values: where each value stands; keys: where the key of each value stands.
        overrides: tree paths that were set from outside -> what set them, such as ``--set``.
        problems: what was wrong already.
    """

    file: str
    tree: dict[str, Any]
    folder: Path
    values: dict[TreePath, Place] = field(default_factory=dict)
    keys: dict[TreePath, Place] = field(default_factory=dict)
    overrides: dict[TreePath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: TreePath, message: str, at_key: bool = False) -> Problem:
        """A problem with the value, or the key, at a path; a path that does not exist is placed where it would be."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.overrides:
                return Problem(self.overrides[path[:length]], None, None, self.name_of(path), message)
        place = self.keys.get(path) if at_key else None
        for length in range(len(path), -1, -1):
            place = place or self.values.get(path[:length])
        line, column = place or (None, None)
        return Problem(self.file, line, column, self.name_of(path), message)

    def name_of(self, path: TreePath) -> str:
        """The path as ``--set`` takes it: list items by their name where they have one of their own.

        >>> Document("x", {"venues": [{"name": "IEX"}, {}]}, Path()).name_of(("venues", 0, "fees"))
        'venues.IEX.fees'
        """
        text, node = "", self.tree
        for step in path:
            if isinstance(step, int):
                name = _own_name(node, step)
                text += f".{name}" if name else f"[{step}]"
            else:
                text += f".{step}"
            node = _child(node, step)
        return text.removeprefix(".")


def item_name(item: Any) -> str | None:
    """What an item of a list is called: its name, else its kind (of a class of one's own, the class)."""
    if not isinstance(item, dict):
        return None
    name = item.get("name", item.get("symbol", item.get("kind")))
    return name.rpartition(":")[2] if isinstance(name, str) else None


def _own_name(items: Any, index: int) -> str | None:
    if not isinstance(items, list) or index >= len(items):
        return None
    name = item_name(items[index])
    return name if name and [item_name(item) for item in items].count(name) == 1 else None


def _child(node: Any, step: str | int) -> Any:
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return None


# -- where it comes from ----------------------------------------------------------------------------


def built_ins() -> dict[str, Path]:
    """The scenarios that ship: name -> file. Those that prove something are named ``validation/...``."""
    proofs = {f"validation/{path.stem}": path for path in sorted((LIBRARY / "validation").glob("*.yaml"))}
    return {path.stem: path for path in sorted(LIBRARY.glob("*.yaml"))} | proofs


def read(source: str | Path | Mapping[str, Any]) -> Document:
    """The document of a file, of a built-in scenario by its name, or of a mapping.

    Raises:
        ScenarioError: it cannot be read, or is no YAML.
    """
    if isinstance(source, Mapping):
        tree = plain(source)
        return Document("scenario", tree, Path())
    path = _path_of(source)
    return parse(_text_of(path), str(source if Path(source) == path else path.name), path.parent)


def _path_of(source: str | Path) -> Path:
    known = built_ins()
    if str(source) in known:
        return known[str(source)]
    path = Path(source)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, ValueError):  # a name that no file can have
        is_folder = exists = False
    if is_folder:
        raise _unreadable(str(source), "is a folder; name a scenario file in it")
    if not exists:
        here = f"no such file, and no built-in scenario of that name; {instead(path.stem, list(known), 'built-in')}"
        raise _unreadable(str(source), here)
    return path


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(
            str(path), f"is not text: byte {error.start} is not UTF-8; a scenario is a YAML file"
        ) from None
    except OSError as error:
        raise _unreadable(str(path), f"cannot be read: {error.strerror}") from None


def _unreadable(file: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(file, None, None, "", message)])


# -- YAML -------------------------------------------------------------------------------------------


def parse(text: str, file: str, folder: Path) -> Document:
    """The document of a YAML text.

    Raises:
        ScenarioError: it is no YAML, empty, or not a mapping.
    """
    node = _compose(text, file)
    if node is None:
        raise _unreadable(file, "is empty; a scenario begins with `name:`, see `sorsim list` for ones to start from")
    reader = _Reader(file, folder)
    if not isinstance(node, MappingNode):
        seen = "a list" if isinstance(node, SequenceNode) else "a single value"
        place = _place(node)
        raise ScenarioError([Problem(file, *place, "", f"is {seen}; a scenario is a mapping that begins with `name:`")])
    reader.document.tree = reader.value(node, ())
    reader.tell_duplicates()
    return reader.document


def parse_value(text: str) -> Any:
    """One value of YAML text, as in ``--set path=value``.

    Raises:
        ScenarioError: it is no YAML.
    """
    node = _compose(text, "value")
    return None if node is None else _Reader("value", Path()).value(node, ())


def _compose(text: str, file: str) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
        return node
    except MarkedYAMLError as error:
        raise ScenarioError([_syntax_problem(error, text, file)]) from None
    except (YAMLError, ValueError) as error:
        raise _unreadable(file, f"is not YAML: {str(error).strip().splitlines()[0]}") from None
    except RecursionError:
        raise _unreadable(file, "is nested too deeply to be a scenario") from None


def _syntax_problem(error: MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(file, None, None, "", f"is not YAML: {error.problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        return Problem(
            file, mark.line + 1, indentation.index("\t") + 1, "", "a tab indents this line; YAML takes spaces only"
        )
    context = f" {error.context}" if error.context else ""
    return Problem(file, mark.line + 1, mark.column + 1, "", f"is not YAML: {error.problem}{context}")


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


class _Reader:
    """Turns nodes into values, and notes their places."""

    def __init__(self, file: str, folder: Path) -> None:
        self.document = Document(file, {}, folder)
        self._twice: list[tuple[Place, int, TreePath]] = []
        self._count = 0
        self._inside: list[Node] = []

    def value(self, node: Node, path: TreePath) -> Any:
        """The plain value of a node."""
        self._count += 1
        if node in self._inside or self._count > _MOST_VALUES:
            why = "contains itself" if node in self._inside else f"has more than {_MOST_VALUES} values"
            raise ScenarioError([Problem(self.document.file, *_place(node), self.document.name_of(path), why)])
        self.document.values[path] = _place(node)
        if isinstance(node, ScalarNode):
            return _scalar(node)
        self._inside.append(node)
        if isinstance(node, SequenceNode):
            value: Any = [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        else:
            value = self._mapping(node, path)
        self._inside.pop()
        return value

    def _mapping(self, node: Node, path: TreePath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged.update(self._merged(value_node, path))
                continue
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else show(None)
            here = (*path, key)
            if key in mapping:
                self._twice.append((_place(key_node), self.document.keys[here].line, here))
                continue
            mapping[key] = None
            self.document.keys[here] = _place(key_node)
            mapping[key] = self.value(value_node, here)
            if _is_nothing(value_node):  # its own place is that of whatever comes next
                self.document.values[here] = self.document.keys[here]
        return {**merged, **mapping}

    def _merged(self, node: Node, path: TreePath) -> dict[str, Any]:
        sources = node.value if isinstance(node, SequenceNode) else [node]
        own_place = self.document.values[path]
        merged: dict[str, Any] = {}
        for source in reversed(sources):
            value = self.value(source, path)
            if not isinstance(value, dict):
                message = "`<<` takes a mapping, or a list of mappings"
                raise ScenarioError(
                    [Problem(self.document.file, *_place(source), self.document.name_of(path), message)]
                )
            merged.update(value)
        self.document.values[path] = own_place
        return merged

    def tell_duplicates(self) -> None:
        """Add a problem for every key that stood twice; the tree must be complete, as it names the places."""
        for place, first, path in self._twice:
            message = f"stands here twice, first in line {first}; keep one of them"
            self.document.problems.append(Problem(self.document.file, *place, self.document.name_of(path), message))


def _is_nothing(node: Node) -> bool:
    """Whether nothing is written there, as after the colon of ``sites:``."""
    return isinstance(node, ScalarNode) and bool(node.start_mark.index == node.end_mark.index)


def _scalar(node: ScalarNode) -> Any:
    """The plain value of a scalar; what is not what its tag says, and every tag of another kind, is text."""
    text = node.value
    try:
        return _SCALARS.get(str(node.tag), str)(text)
    except (ValueError, ArithmeticError):
        return text


def _whole(text: str) -> int | Decimal:
    """A YAML 1.2 integer; one with more digits than Python reads stays a decimal, for a message to show."""
    digits = text.replace("_", "")
    if digits.lstrip("+-").startswith(("0x", "0o")):
        return int(digits, 0)
    return int(digits) if len(digits) < 1_000 else Decimal(digits)


def _decimal(text: str) -> Decimal:
    special = {".inf": "Infinity", "+.inf": "Infinity", "-.inf": "-Infinity", ".nan": "NaN"}
    return Decimal(special.get(text.lower(), text.replace("_", "")))


_SCALARS: Final[dict[str, Callable[[str], Any]]] = {
    f"{_TAG}int": _whole,
    f"{_TAG}float": _decimal,
    f"{_TAG}bool": lambda text: text.lower() == "true",
    f"{_TAG}null": lambda _: None,
}


def plain(value: Any) -> Any:
    """A Python value as the tree would hold it: exact decimals for floats, lists for tuples."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
