"""Reading the configuration whole, and saying of every mistake where it is and what would mend it."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from holdfast.settings.model import Settings
from holdfast.settings.secret import Secret, StoreAddress, resolve_secret, resolve_store_address

ENVIRONMENT_PREFIX: Final = "HOLDFAST_"
FILE_BYTES_MAX: Final = 1_000_000
CHANNEL_ID: Final = re.compile(r"[a-z]+:[a-z0-9][a-z0-9_-]{0,62}")
"""``<platform>:<name>``; it stands in addresses, lanes and file names."""


class Problem(msgspec.Struct, frozen=True):
    """One mistake: the line of the file (0 where there is none to name), what is wrong, and the remedy."""

    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.message}{' ' + self.remedy if self.remedy else ''}"


class SettingsError(Exception):
    """The configuration cannot be used; nothing was started."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        super().__init__(f"{source}: " + "; ".join(str(problem) for problem in problems))
        self.source = source
        self.problems = problems


def load_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read one TOML file (or none) and the environment; raises SettingsError with every mistake found."""
    source = str(path) if path else "the environment"
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(source, [_syntax(error)]) from error
    overrides, stray = _from_environment(environment)
    problems = [*stray, *_problems(tables, text)]
    if problems:
        raise SettingsError(source, problems)
    for (section, key), value in overrides.items():
        tables.setdefault(section, {})[key] = value
    try:
        return msgspec.convert(tables, Settings, dec_hook=decode_secret, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(source, [Problem(0, f"{_plain(error)}.")]) from error


def decode_secret(kind: type, value: Any) -> Any:
    """The hook by which settings structs read Secret fields and paths."""
    if kind is Secret and isinstance(value, str):
        return resolve_secret(value)
    if kind is StoreAddress and isinstance(value, str):
        return resolve_store_address(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"expected a text for {kind.__name__}")


def line_of(text: str, section: str, key: str = "", index: int = 0) -> int:
    """The line where a section (the index-th of its name) or a key in it stands; 0 when not found."""
    heading = re.compile(rf"^\s*\[\[?\s*{re.escape(section)}\s*\]?\]")
    seen, inside = -1, False
    for number, line in enumerate(text.splitlines(), start=1):
        if heading.match(line):
            seen += 1
            inside = seen == index
            if inside and not key:
                return number
        elif line.lstrip().startswith("["):
            inside = False
        elif inside and re.match(rf'^\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return 0


def nearest(word: str, known: list[str]) -> str:
    """A remedy for a misspelt word, or the words there are."""
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(sorted(known))}."


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise SettingsError(str(path), [Problem(0, f"The file is over {FILE_BYTES_MAX} bytes.")])
        return path.read_text("utf-8")
    except OSError as error:
        remedy = "Give the path of a TOML file, or leave --config out for the defaults."
        raise SettingsError(
            str(path), [Problem(0, f"It cannot be read: {error.strerror}.", remedy)]
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), [Problem(0, "It is not UTF-8 text.")]) from error


def _syntax(error: tomllib.TOMLDecodeError) -> Problem:
    match = re.search(r"\(at line (\d+), column \d+\)", str(error))
    sentence = re.sub(r"\s*\(at .*\)", "", str(error))
    remedy = "Texts stand in quotes, and a table begins with [name]."
    return Problem(int(match.group(1)) if match else 0, f"This is not valid TOML: {sentence}.", remedy)


def _problems(tables: dict[str, Any], text: str) -> list[Problem]:
    problems = []
    sections = {field.name: field for field in msgspec.structs.fields(Settings)}
    for name, value in tables.items():
        if name not in sections:
            line = line_of(text, name) or _top_level_line(text, name)
            problems.append(Problem(line, f"There is no section {name}.", nearest(name, list(sections))))
        elif name == "channel":
            problems += _channel_problems(value, text)
        elif not isinstance(value, dict):
            problems.append(
                Problem(_top_level_line(text, name), f"{name} must be a table.", f"Write [{name}].")
            )
        else:
            problems += _section_problems(name, sections[name].type, value, text)
    return problems


def _section_problems(name: str, kind: Any, table: dict[str, Any], text: str) -> list[Problem]:
    problems = []
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        line = line_of(text, name, key)
        if key not in fields:
            problems.append(Problem(line, f"[{name}] has no setting {key}.", nearest(key, list(fields))))
            continue
        try:
            msgspec.convert(value, fields[key].type, dec_hook=decode_secret)
        except (msgspec.ValidationError, ValueError) as error:
            problems.append(Problem(line, f"{name}.{key}: {_plain(error)}.", _example(fields[key])))
    return problems


def _example(field: msgspec.structs.FieldInfo) -> str:
    """How the setting is written, shown by its default."""
    if field.default is None and "Path" not in str(field.type):
        shown = "postgresql://user@host/name" if "StoreAddress" in str(field.type) else "env:NAME"
        return f'Write {field.name} = "{shown}" or "file:PATH".'
    default = field.default if field.default is not msgspec.NODEFAULT else {}
    if isinstance(default, bool):
        return f"Write {field.name} = {str(default).lower()}."
    if isinstance(default, int | float):
        return f"Write a number, such as {field.name} = {default}."
    if isinstance(default, tuple):
        return f'Write a list, such as {field.name} = ["https://example.org"].'
    if isinstance(default, dict):
        return f'Write a table, such as {field.name} = {{ instagram = "https://example.org" }}.'
    return f'Write a text, such as {field.name} = "{default or "…"}".'


def _channel_problems(value: Any, text: str) -> list[Problem]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return [Problem(line_of(text, "channel"), "Channels are a list of tables.", "Write [[channel]].")]
    problems = []
    seen: set[str] = set()
    for index, table in enumerate(value):
        channel_id = table.get("id")
        line = line_of(text, "channel", index=index)
        if not isinstance(channel_id, str) or not CHANNEL_ID.fullmatch(channel_id):
            remedy = 'Write id = "<platform>:<name>", such as "instagram:shop".'
            problems.append(Problem(line, "This channel has no proper id.", remedy))
        elif channel_id in seen:
            problems.append(
                Problem(line, f"The channel {channel_id} stands twice.", "Give each its own name.")
            )
        else:
            seen.add(channel_id)
    return problems


def _from_environment(environment: Mapping[str, str]) -> tuple[dict[tuple[str, str], str], list[Problem]]:
    """``HOLDFAST_HUB__PORT=9000`` is ``port = 9000`` in ``[hub]``."""
    overrides: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    sections = {
        field.name: field.type for field in msgspec.structs.fields(Settings) if field.name != "channel"
    }
    for name, value in environment.items():
        if not name.startswith(ENVIRONMENT_PREFIX) or "__" not in name:
            continue
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        fields = (
            {field.name: field for field in msgspec.structs.fields(sections[section])}
            if section in sections
            else {}
        )
        if key in fields:
            overrides[section, key] = value
            problems += _variable_problems(name, fields[key], value)
        else:
            word, known = (key, fields) if fields else (section, sections)
            problems.append(Problem(0, f"The variable {name} names no setting.", nearest(word, list(known))))
    return overrides, problems


def _variable_problems(name: str, field: msgspec.structs.FieldInfo, value: str) -> list[Problem]:
    try:
        msgspec.convert(value, field.type, dec_hook=decode_secret, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        if isinstance(field.default, tuple) or field.default is msgspec.NODEFAULT:
            return [Problem(0, f"The variable {name} cannot hold a list or table.", "Set it in the file.")]
        return [Problem(0, f"The variable {name}: {_plain(error)}.")]
    return []


def _top_level_line(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf'^\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return 0


def _plain(error: Exception) -> str:
    if "matching regex" in str(error):
        return "An address begins with http:// or https://"
    return str(error).replace("`", "").rstrip(".")
