"""What one text is about: who plays which role, and the values that come again."""

import re
from random import Random

from . import forms
from .grammar import Agreement, Slot, Template, TemplateError, expand, slots
from .people import ROLES, Person, person_of
from .values import MAKERS

# `le {date.day}` and `{date.day}` both are written: the slot brings an article where there is none
ARTICLES = re.compile(
    r"\b((?:[Ll]e|[Aa]u|[Dd]u|LE)(?: (?:lun|mar|mercre|jeu|vendre|same)di| dimanche)?) (?:le|du) (?=⟦DATE\||(?:lun|mar|mercre|jeu|vendre|same)di |dimanche )"
)


class Scene:
    """Fills the slots of one text."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._people: dict[str, Person] = {}
        self._values: dict[tuple[str, str], str] = {}

    def person(self, role: str) -> Person:
        """Return who plays a role, made at its first use."""
        if role not in self._people:
            self._people[role] = person_of(self.rng, role, self._people)
        return self._people[role]

    def cast(self, role: str, someone: Person) -> None:
        """Say who plays a role."""
        self._people[role] = someone

    def fill(self, slot: Slot | Agreement) -> str:
        """Return the marked text of a slot."""
        if isinstance(slot, Agreement):
            return slot.man if self.person(slot.role).man else slot.woman
        if slot.key is None:
            return self._value(slot.name)
        key = (slot.name, slot.key)
        if key not in self._values:
            self._values[key] = self._value(slot.name)
        return self._values[key]

    def _value(self, name: str) -> str:
        role, _, form = name.partition(".")
        if role in ROLES and form in forms.FORMS:
            return forms.FORMS[form](self.person(role), self.rng)
        return MAKERS[name](self.rng)


def unknown(slot: Slot | Agreement) -> str | None:
    """Return what is wrong with a slot's name, or None."""
    if isinstance(slot, Agreement):
        return None if slot.role in ROLES else f"no role '{slot.role}' in {{{slot.role}?{slot.man}/{slot.woman}}}"
    role, dot, form = slot.name.partition(".")
    if role in ROLES and dot:
        return None if form in forms.FORMS else f"no form '{form}' of a person in {{{slot.name}}}"
    return None if slot.name in MAKERS else f"unknown slot {{{slot.name}}}"


def validate(template: Template) -> None:
    """Raise TemplateError if the template holds a slot that nothing fills."""
    if wrong := sorted({message for slot in slots(template.body) if (message := unknown(slot))}):
        raise TemplateError(f"{template.place}: {'; '.join(wrong)}")


def write(template: Template, rng: Random) -> str:
    """Return one marked text of a template."""
    return ARTICLES.sub(r"\1 ", expand(template.body, rng, Scene(rng).fill))
