"""Tasks of lm-evaluation-harness by name: found, refused where viva cannot ask them, and loaded with their data.

What lm-eval and its libraries print stays out of the terminal, and what they draw from global random numbers (some
tasks shuffle options) is seeded as `lm_eval` itself seeds it, so that the same task gives the same questions.
"""

import difflib
import functools
import importlib.metadata
import io
import logging
import os
import random
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import DataError, nearest
from harness.identity import digest, file_digest

RANDOM_SEED, NUMPY_SEED, FEWSHOT_SEED = 0, 1234, 1234  # lm-eval's defaults (lm_eval.defaults)
SHOWN = 12  # names of tasks that an error lists
_FOREIGN = ("datasets", "fsspec", "huggingface_hub", "httpx", "requests", "urllib3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A task by name. `file` is its YAML below `root`: the include path if it is `local`, else lm-eval's own tasks.

    `config` is what the YAML says, with functions by name; nothing of the task was run or loaded for it.
    """

    name: str
    manager: Any
    config: Mapping[str, Any]
    root: Path
    file: Path
    local: bool


def find(name: str, include_path: str | None) -> Found:
    """The task of this name, in the include path before lm-eval's own. Raises DataError for what is no single task."""
    folder = _folder(include_path)
    with quietly():
        manager = _manager(folder, own=False)
        if name not in manager.task_index:
            manager = _manager(folder, own=True)
    if name not in manager.task_index:
        where = f" below {folder}, nor does lm-eval have one" if folder else ""
        raise DataError(f'lm-eval task "{name}": no task has this name{where}{_mend(name, manager.all_tasks)}')
    entry = manager.task_index[name]
    if entry.kind.name in ("GROUP", "TAG"):
        raise DataError(_several(name, entry.kind.name.lower(), _members(name, manager.task_index)))
    if entry.kind.name == "PY_TASK":
        raise DataError(
            f'lm-eval task "{name}": it is written as a Python class, which may ask and grade in ways of its own; '
            "only tasks written in YAML can be suites"
        )
    local = folder is not None and entry.yaml_path.is_relative_to(folder)
    root = folder if folder and local else _own_folder()
    file = entry.yaml_path.relative_to(root)
    return Found(name=name, manager=manager, config=entry.cfg, root=root, file=file, local=local)


def load_task(found: Found) -> Any:
    """lm-eval's task with its data set. Raises DataError with both mends where the data cannot be had."""
    try:
        with quietly():
            task = found.manager.load(found.name)["tasks"][found.name]
            task.set_fewshot_seed(seed=FEWSHOT_SEED)
            return task
    except Exception as error:  # the boundary of tasks: their YAML, their Python and their data are not ours
        raise DataError(_why_not_loaded(found, error)) from error


def code_digest(found: Found) -> str:
    """What grades depend on beside options: lm-eval's version, and files by their place beside the task's YAML.

    They are the YAML files of its folder, what it includes from elsewhere, and the Python beside any of these.
    """
    task = (found.root / found.file).resolve()
    files = {*task.parent.glob("*.yaml"), *task.parent.glob("_*")}
    for path in _with_included(task):
        files |= {path, *path.parent.glob("*.py")}
    places = {os.path.relpath(path, task.parent): path for path in sorted(files) if path.is_file()}
    return digest([lm_eval_version(), {place: file_digest(path) for place, path in places.items()}])[:16]


def _with_included(task: Path) -> list[Path]:
    """A YAML file and all that it includes, as lm-eval finds them: each `include` from the file that says it."""
    found, waiting = [], [task]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.append(path)
            waiting += [(path.parent / include).resolve() for include in _includes(path)]
    return found


def _includes(path: Path) -> list[str]:
    """What a YAML file includes. It is read without making values of it, since tasks have tags of their own."""
    top = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    pairs = top.value if isinstance(top, yaml.MappingNode) else []
    held = [value for key, value in pairs if key.value == "include"]
    nodes = [node for value in held for node in (value.value if isinstance(value, yaml.SequenceNode) else [value])]
    return [str(node.value) for node in nodes]


def lm_eval_version() -> str:
    return importlib.metadata.version("lm-eval")


@contextmanager
def quietly() -> Iterator[None]:
    """Nothing printed, logged or warned, and global random numbers seeded, all put back afterwards."""
    import numpy

    state, numpy_state = random.getstate(), numpy.random.get_state()
    disabled = logging.root.manager.disable
    random.seed(RANDOM_SEED)
    numpy.random.seed(NUMPY_SEED)
    logging.disable(logging.ERROR)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        random.setstate(state)
        numpy.random.set_state(numpy_state)


@functools.cache
def _manager(folder: Path | None, *, own: bool) -> Any:
    """An index of tasks. That of lm-eval's own takes seconds, so it is made once, and only when it is needed."""
    from lm_eval.tasks import TaskManager

    return TaskManager(include_path=folder, include_defaults=own)


def _folder(include_path: str | None) -> Path | None:
    """The folder that is searched; a YAML file stands for the folder that it is in."""
    if include_path is None:
        return None
    path = Path(include_path).resolve()
    if not path.exists():
        raise DataError(f"{path} is not there; `include_path` is a folder with tasks in YAML files, or one such file")
    return path if path.is_dir() else path.parent


def _own_folder() -> Path:
    import lm_eval.tasks

    return Path(lm_eval.tasks.__file__).parent


def _mend(name: str, known: Sequence[str]) -> str:
    """lm-eval knows thousands of names: the nearest one, or where they are listed."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return nearest(name, close) if close else "; `lm-eval ls tasks` lists them"


def _several(name: str, kind: str, tasks: Sequence[str]) -> str:
    shown = ", ".join(tasks[:SHOWN]) + (", ..." if len(tasks) > SHOWN else "")
    return (
        f'lm-eval task "{name}": a {kind} of {len(tasks)} tasks, and a suite is one task; write a suite for each that '
        f'you mean; did you mean "{tasks[0] if tasks else name}"? It holds: {shown}'
    )


def _members(name: str, index: Mapping[str, Any]) -> list[str]:
    """The tasks of a group or tag, those of groups in it too."""
    found: list[str] = []
    waiting, seen = [name], set()
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        kind = index[one].kind.name if one in index else "TASK"
        if kind == "TAG":
            waiting += sorted(index[one].tags)
        elif kind == "GROUP":
            members = index[one].cfg.get("task") or ()
            waiting += [str(m.get("task") or m.get("group")) if isinstance(m, dict) else str(m) for m in members]
        else:
            found.append(one)
    return found


def _why_not_loaded(found: Found, error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = f"{type(error).__name__}: {lines[0] if lines else 'nothing more was said'}"[:300]
    about = f'lm-eval task "{found.name}" ({found.root / found.file if found.local else found.file})'
    if isinstance(error, OSError) or type(error).__module__.split(".")[0] in _FOREIGN:
        gated = "its terms must be accepted on the Hub and HF_TOKEN set; " if "gated" in str(error).lower() else ""
        return (
            f"{about}: its data set could not be had ({said}); {gated}connect to the network or fill the Hugging Face "
            "cache (HF_HOME), or give a task of your own by `include_path` whose `data_files` are local"
        )
    return f"{about}: it could not be loaded ({said}); mend the task, or install what it needs"
