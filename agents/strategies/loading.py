"""From a strategy's name and parameters to the strategy: built in, or the user's own.

A name is one of
    smart                     built in, see `agents.strategies.REGISTRY`
    my_router.py:MyStrategy   a file, relative to the scenario's folder, and a class or generator function in it
    package.module:Name       the same in an importable module; the scenario's folder is looked in first

A class is called with the parameters and gives the strategy. A generator function *is* the strategy; its arguments
after ``parent, view`` are the parameters. A file is read anew at each load, so an edit counts without a restart; while
it is read, its own folder may be imported from.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

from agents.strategies import REGISTRY
from agents.strategies.parameters import (
    REQUIRED,
    FileName,
    Parameter,
    Problem,
    StrategyProblems,
    check_values,
    group_of,
    parameters_of,
    suggest,
    unknown_names,
)
from agents.strategy import Strategy

OWN = "one of your own is named my_router.py:MyStrategy or package.module:MyStrategy"


def load_strategy(kind: str, params: Mapping[str, Any] | None = None, base_folder: Path | str = ".") -> Strategy:
    """The strategy of this name with these parameters; durations in ns, lists for tuples.

    Raises:
        StrategyProblems: all that is wrong with the name or the parameters.

    >>> load_strategy("price_time", {"children": "sequential"}).children
    'sequential'
    """
    factory = strategy_factory(kind, base_folder)
    return with_parameters(kind, factory, params or {}, base_folder)


def strategy_factory(kind: str, base_folder: Path | str = ".") -> Callable[..., Any]:
    """The class or generator function behind the name; its parameters are told by `parameters_of`.

    Raises:
        StrategyProblems: there is none, or its code cannot be read.
    """
    if kind in REGISTRY:
        return REGISTRY[kind]
    if ":" not in kind:
        raise _trouble(f"no strategy is called {kind!r}; {suggest(kind, REGISTRY)}; {OWN}")
    found = load_named(kind, base_folder)
    if not callable(found) or not _is_strategy_like(found):
        raise _trouble(
            f"{kind}: a strategy is a class whose objects are called with (parent, view), or a generator function "
            f"(parent, view, ...); {kind.rpartition(':')[2]} is neither"
        )
    return cast("Callable[..., Any]", found)


def with_parameters(
    kind: str, factory: Callable[..., Any], params: Mapping[str, Any], base_folder: Path | str = "."
) -> Strategy:
    """The strategy that the factory makes of the parameters. Errors as :func:`load_strategy`."""
    parameters = parameters_of(factory)
    problems = unknown_names(parameters, params, kind) if not _takes_anything(factory) else []
    problems += [
        Problem(p.name, f"{p.name}: {kind} needs it and it has no default")
        for p in parameters
        if p.default is REQUIRED and p.name not in params
    ]
    problems += check_values(parameters, params)
    if problems:
        raise StrategyProblems(problems)
    values = _as_held(parameters, params, Path(base_folder))
    if not isinstance(factory, type):
        return partial(factory, **values) if values else factory
    try:
        return cast("Strategy", factory(**values))
    except StrategyProblems:
        raise
    except Exception as error:  # a constructor of the user's own may raise anything
        raise _trouble(f"{kind}: {type(error).__name__}: {error}") from error


def load_named(reference: str, base_folder: Path | str = ".") -> Any:
    """What ``file.py:Name`` or ``package.module:Name`` names.

    Raises:
        StrategyProblems: no such file, module or name, or the code in it fails.
    """
    source, _, name = reference.rpartition(":")
    folder = Path(base_folder).resolve()
    if not source or not name:
        raise _trouble(f"{reference!r}: write file.py:Name or package.module:Name")
    module = _module_of_file(source, folder) if source.endswith(".py") else _module_by_name(source, folder)
    if not hasattr(module, name):
        own = [key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        raise _trouble(f"{source} has no {name!r}; {suggest(name, own) if own else 'it defines nothing'}")
    return getattr(module, name)


# -- modules --------------------------------------------------------------------------------------------


def _module_of_file(source: str, folder: Path) -> ModuleType:
    path = (folder / source).resolve()
    if not path.is_file():
        raise _trouble(f"no file {path}; {suggest(path.name, _python_files(path.parent))}")
    name = f"own_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look it up there
    with _reading(source, path.parent):
        spec.loader.exec_module(module)
    return module


def _module_by_name(source: str, folder: Path) -> ModuleType:
    with _reading(source, folder):
        return importlib.import_module(source)


@contextmanager
def _reading(source: str, folder: Path) -> Iterator[None]:
    """The folder can be imported from; what goes wrong is told with the line it went wrong at."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    except SyntaxError as error:
        raise _trouble(f"{source}:{error.lineno}: {error.msg}") from error
    except Exception as error:  # the user's own code: anything may come
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        where = f"{source}:{line}" if _raised_inside(error, source) else source
        raise _trouble(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(folder))


def _raised_inside(error: Exception, source: str) -> bool:
    return traceback.extract_tb(error.__traceback__)[-1].filename.endswith(source)


def _python_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.py"))[:20]


# -- what was found -------------------------------------------------------------------------------------


def _is_strategy_like(found: Any) -> bool:
    if not isinstance(found, type):
        return inspect.isgeneratorfunction(found) and len(inspect.signature(found).parameters) >= 2
    call = getattr(found, "__call__", None)  # noqa: B004 - the class's own method, not whether it can be called
    return inspect.isfunction(call) and len(inspect.signature(call).parameters) >= 3


def _takes_anything(factory: Callable[..., Any]) -> bool:
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in inspect.signature(factory).parameters.values())


def _as_held(parameters: tuple[Parameter, ...], values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Tuples for lists, the dataclass of a group for its mapping, and files where they are."""
    hints = {p.name: p.hint for p in parameters}
    return {name: _held(value, hints.get(name), folder) for name, value in values.items()}


def _held(value: Any, hint: Any, folder: Path) -> Any:
    if isinstance(value, str) and FileName in (hint, *get_args(hint)):
        beside = folder / value
        return str(beside) if beside.exists() else value
    if getattr(hint, "__origin__", None) is tuple:
        return tuple(value)
    group = group_of(hint)
    return group(**value) if group is not None and isinstance(value, Mapping) else value


def _trouble(message: str) -> StrategyProblems:
    return StrategyProblems([Problem("", message)])
