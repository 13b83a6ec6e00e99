"""A Dockerfile's steps carried out without Docker: each stage in a folder of its own, as a plain script."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOTS = re.compile(r"(?<![\w./-])/(?=(?:opt|build|app|data|var|tmp)\b)")
"""Where an absolute path of the image begins."""


class Step(NamedTuple):
    word: str
    rest: str


class Image(NamedTuple):
    root: Path
    folder: Path
    environment: dict[str, str]
    user: tuple[int, int]
    command: list[str]
    health: list[str]


def steps(text: str) -> Iterator[Step]:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield Step(word, rest.strip())


def build(context: Path, at: Path, python: str) -> Image:
    """Carry out every step below `at`; `python` stands for the base image's. Needs the network for pip."""
    names = at / "bin"
    names.mkdir()
    (names / "python").symlink_to(python)
    stages: dict[str, Path] = {}
    image = _begun(at / "0", names)
    for step in steps((context / "Dockerfile").read_text("utf-8")):
        if step.word == "FROM":
            base, _, name = step.rest.partition(" AS ")
            assert re.fullmatch(r"python:3\.1[123]-slim", base), base
            image = _begun(at / str(len(stages)), names)
            stages[name or "last"] = image.root
        else:
            image = _carried_out(step, image, context, stages)
    return image


def _begun(root: Path, names: Path) -> Image:
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    path = f"{names}:/usr/local/bin:/usr/bin:/bin"
    passed = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    return Image(root, root, {"PATH": path, **passed}, (0, 0), [], [])


def _carried_out(step: Step, image: Image, context: Path, stages: dict[str, Path]) -> Image:
    match step.word:
        case "WORKDIR":
            folder = image.root / step.rest.strip("/")
            folder.mkdir(parents=True, exist_ok=True)
            return image._replace(folder=folder)
        case "ENV":
            given = dict(pair.split("=", 1) for pair in inside(image, step.rest).split())
            return image._replace(environment=image.environment | given)
        case "USER":
            user, group = map(int, step.rest.split(":"))
            return image._replace(user=(user, group))
        case "RUN":
            subprocess.run(
                ["/bin/sh", "-ec", inside(image, step.rest)],
                cwd=image.folder,
                env=image.environment,
                check=True,
            )
        case "COPY":
            _copy(step.rest.split(), image, context, stages)
        case "CMD":
            return image._replace(command=json.loads(inside(image, step.rest)))
        case "HEALTHCHECK":
            return image._replace(health=json.loads(inside(image, step.rest.partition("CMD ")[2])))
        case "VOLUME" | "EXPOSE" | "STOPSIGNAL":
            pass
        case _:
            raise AssertionError(f"unknown step: {step}")
    return image


def inside(image: Image, text: str) -> str:
    """With the image's absolute paths where its stage is."""
    return ROOTS.sub(f"{image.root}/", text)


def _copy(words: list[str], image: Image, context: Path, stages: dict[str, Path]) -> None:
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, goal = [word for word in words if not word.startswith("--")]
    target = image.root / goal.strip("/") if goal.startswith("/") else image.folder / goal
    source_root = stages[options["from"]] if "from" in options else context
    for source in sources:
        found = source_root / source.strip("/")
        skip = _ignored(context) if "from" not in options else None
        if found.is_dir():
            shutil.copytree(found, target, symlinks=True, ignore=skip, dirs_exist_ok=True)
        else:
            assert not skip or not skip(str(found.parent), [found.name]), f"{source} is ignored"
            shutil.copy(found, target)
    if "chown" in options and os.geteuid() == 0:
        user, group = map(int, options["chown"].split(":"))
        for path in (target, *target.rglob("*")):
            os.chown(path, user, group)


def _ignored(context: Path) -> Callable[[str, list[str]], set[str]]:
    rules = [
        rule
        for rule in (context / ".dockerignore").read_text("utf-8").splitlines()
        if rule[:1] not in ("", "#")
    ]
    taken = [rule[1:] for rule in rules if rule.startswith("!")]
    never = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    assert rules[0] == "*"

    def ignored(folder: str, names: list[str]) -> set[str]:
        within = Path(folder).relative_to(context)
        return {
            name
            for name in names
            if any(fnmatch(name, rule) for rule in never)
            or not any(f"{within / name}/".startswith(f"{one}/") for one in taken)
        }

    return ignored
