"""What can be chosen about a network: read from the signature of the function that builds it.

A builder's keyword-only parameters are its options; the annotation says which values there are,
the default which one is taken. So an option is written down once, where it is used.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin

from trainer.errors import RecipeError

BACKBONE: Final = "backbone"
"""The parameter that names the backbone; its first value is the default."""

Value = bool | int | float | str

_BOOLS: Final = {"yes": True, "true": True, "no": False, "false": False}


class Option(NamedTuple):
    """One thing that can be chosen.

    Attributes:
        name: Word on the command line.
        default: What it is unless chosen.
        choices: The values there are, or none if any value of the default's type will do.
    """

    name: str
    default: Value
    choices: tuple[Value, ...]

    @property
    def allowed(self) -> str:
        """The values there are, in words."""
        if self.choices:
            return "|".join(map(as_text, self.choices))
        return "a whole number" if isinstance(self.default, int) else "a number"

    def parse(self, text: str) -> Value:
        """Return the value that the user means.

        Raises:
            RecipeError: If there is no such value.
        """
        if self.choices:
            named = {as_text(choice): choice for choice in self.choices}
            if isinstance(self.default, bool):
                named |= _BOOLS
            if text in named:
                return named[text]
        else:
            try:
                return type(self.default)(text)
            except ValueError:
                pass
        raise RecipeError(f"{self.name} cannot be {text!r}", hint=f"It is {self.allowed}")


def options_of(build: Callable[..., object]) -> dict[str, Option]:
    """Return the options of a builder by name, the backbone included."""
    options: dict[str, Option] = {}
    for name, parameter in inspect.signature(build, eval_str=True).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            options[name] = Option(name, parameter.default, _choices(parameter.annotation))
    return options


def chosen(
    network: str, options: Mapping[str, Option], settings: Iterable[str]
) -> dict[str, Value]:
    """Return the value of every option, as chosen by "name=value" settings or by default.

    Args:
        network: Name of the network, for messages.
        options: What can be chosen.
        settings: What was chosen; the last one counts.

    Raises:
        RecipeError: If there is no such option or value.
    """
    values = {name: option.default for name, option in options.items()}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise RecipeError(f"{setting!r} is no option", hint="Write it as NAME=VALUE")
        if name not in options:
            known = ", ".join(f"{option.name}={option.allowed}" for option in options.values())
            hint = f"It has {known}" if known else "It has none"
            raise RecipeError(f"{network} has no option {name!r}", hint=hint)
        values[name] = options[name].parse(text)
    return values


def as_text(value: Value) -> str:
    """Return a value as it is written on the command line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _choices(annotation: Any) -> tuple[Value, ...]:  # noqa: ANN401 - any type
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return (True, False) if annotation is bool else ()
