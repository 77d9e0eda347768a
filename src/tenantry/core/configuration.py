"""How settings are read from the environment, and what is said about a wrong one.

A product keeps its own settings beside its code, with its name in the prefix:
`class PinataSettings(PackageSettings, package="pinata")` reads `TENANTRY_PINATA_…`.
"""

import difflib
import os
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Self, TypeVar

from dotenv import dotenv_values
from pydantic import BeforeValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TENANTRY_"
NOT_SETTINGS = frozenset({"TENANTRY_ACCEPTANCE_DATA"})
"""Variables with our prefix which only tests read."""


def _split(value: Any) -> Any:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several words, given as one text with commas between them."""

SecretWords = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
"""Several secrets, given likewise."""


class SettingsError(Exception):
    """The settings do not allow a start. The message names each variable and what it should be."""


class SettingsBase(BaseSettings):
    """Read from the environment, then from a file `.env` in the working directory. An empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def variables(cls) -> dict[str, str]:
        """The environment variable of each field: field name → variable."""
        prefix = cls.model_config["env_prefix"]
        return {name: f"{prefix}{name}".upper() for name in cls.model_fields}


class PackageSettings(SettingsBase):
    """Settings of one package; `package="pinata"` makes every variable of it begin with `TENANTRY_PINATA_`."""

    def __init_subclass__(cls, package: str = "", **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.model_config = {**cls.model_config, "env_prefix": f"{PREFIX}{package.upper()}_"}

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read them.

        Raises:
            SettingsError: a value is not acceptable.
        """
        return read(cls, **given)


S = TypeVar("S", bound=SettingsBase)


def read(kind: type[S], **given: Any) -> S:
    """Read settings of a kind; what is `given` wins over the environment.

    Raises:
        SettingsError: one line for each variable which cannot be accepted.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        variables = kind.variables()
        lines = [
            f"{variables.get(str(fault['loc'][0]), PREFIX) if fault['loc'] else PREFIX + '…'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("These settings need another value:\n" + "\n".join(f"  {line}" for line in lines)) from None


def unknown_variables(kinds: Iterable[type[SettingsBase]]) -> Iterator[str]:
    """One sentence for each variable with our prefix, in the environment or `.env`, that no kind of settings knows."""
    known = {variable for kind in kinds for variable in kind.variables().values()} | NOT_SETTINGS
    for name in sorted({*os.environ, *dotenv_values(".env")}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            yield f"{name} is not a setting and has no effect." + (f" Did you mean {near[0]}?" if near else "")


def example(kinds: Iterable[type[SettingsBase]]) -> str:
    """The text of `.env.example`: every variable with its meaning, commented out, at its default where it has a plain one."""
    lines = [
        "# Every setting there is. Copy the lines you need into a file named .env, or set them in the environment.",
        "# This page is made from the code: `tenantry settings --example`.",
    ]
    for kind in kinds:
        for name, field in kind.model_fields.items():
            default = field.default if field.default_factory is None else None
            text = (
                ",".join(map(str, default)) if isinstance(default, tuple) else "" if default is None else str(default)
            )
            lines += ["", f"# {field.description}", f"#{kind.variables()[name]}={text}"]
    return "\n".join(lines) + "\n"
