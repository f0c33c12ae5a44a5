"""What a format says about its own JSON: only what is *not* prose.

A `Shape` describes a place in a body. Whatever no shape describes is free text: its keys, strings and long numbers
are all scanned, so a field that a provider adds tomorrow is scanned too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from avec_proxy.wire.json_text import Kind, Leaf


class Matcher(Protocol):
    """What says which strings it means: a compiled pattern, or a list of words."""

    def fullmatch(self, string: str, /) -> object | None:
        """Return something if the whole of `string` is meant, else None."""
        ...


@dataclass(frozen=True, slots=True)
class FileField:
    """A string that holds a file as base64, and the keys beside it that tell of it.

    `uri`: as a data: URI (plain base64 is read too). `names`, `media`: keys of its name and its media type.
    `extension`: a key of the object around the one that it stands in, whose word is the file's extension. `when`: a
    key and the word that it must have, else the string is no file. `plain`: a key and the word that it gets where the
    file's text is to stand plainly in its place, if it cannot leave in its own form. `optional`: a string that is no
    data: URI is a text like any other.
    """

    uri: bool = False
    names: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    extension: str = ""
    when: tuple[str, str] | None = None
    plain: tuple[str, str] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A place in a format's JSON; a union of types has `fields`, `item` and string rules side by side.

    `fields`: the object's own keys, which are not scanned. `rest`: the shape behind any other key.
    `keys`: other keys that are not scanned, if they match. `item`: an array's elements.
    `opaque`: a string that matches is not scanned (one that does not is). `parameter`: numbers here are the
    format's own. `strict`: a placeholder cannot stand here. `only`: a string that does not match is content that
    cannot be read. `tokens`: a number is such content (a model's tokens). `attachment`: anything here is, and the
    refusal says `refusal`. `file`: a string here may be a file, which is opened. `entity`: a string here is an
    identifier of this type as a whole (a file's name but its extension), `loosely`: only if it has an extension.
    `sealed` (replies): nothing here is restored. `label`: what the value is, in the word that detection reads («nom»),
    where the format's own key says so.
    """

    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    rest: "Shape | None" = None
    keys: Matcher | None = None
    item: "Shape | None" = None
    opaque: re.Pattern[str] | None = None
    parameter: bool = False
    strict: bool = False
    only: re.Pattern[str] | None = None
    tokens: bool = False
    attachment: bool = False
    refusal: str = "attachment_unreadable"
    file: FileField | None = None
    entity: str = ""
    loosely: bool = False
    sealed: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf stands: its shape, whether its key is the format's own, and its label.

    `label` is the last key on the way: it names what the value is («nom»). For the format's own key it is what its
    shape says, "" for most.
    """

    shape: Shape
    own: bool
    label: str


FREE = Shape()


def place_of(root: Shape, leaf: Leaf) -> Place:
    """Return where `leaf` stands below `root`."""
    shape, own, label = root, True, ""
    for step in leaf.path:
        if shape.sealed or shape.attachment:
            return Place(shape, True, "")
        if isinstance(step, int):
            shape = shape.item or FREE
            continue
        own = step in shape.fields or (shape.keys is not None and shape.keys.fullmatch(step) is not None)
        shape = shape.fields.get(step) or shape.rest or FREE
        label = shape.label if own else step
    if leaf.kind is Kind.KEY:
        return Place(FREE, own, "")  # the value's shape says nothing about its key
    return Place(shape, own, label)


def words(*allowed: str) -> Shape:
    """Return the shape of a string that is one of a few words of the format's."""
    return Shape(opaque=re.compile("|".join(map(re.escape, allowed))))


def pattern(expression: str) -> Shape:
    """Return the shape of a string that is not prose if it matches `expression` as a whole."""
    return Shape(opaque=re.compile(expression))


TEXT = Shape()
NUMBER = Shape(parameter=True)
NAME = Shape(strict=True)
# Who speaks, by name: the names that the API reference gives to examples are nobody's.
SPEAKER = Shape(opaque=re.compile("example_user|example_assistant"), label="nom")
ATTACHMENT = Shape(attachment=True)
IMAGE = Shape(attachment=True, refusal="file_image")
AUDIO = Shape(attachment=True, refusal="file_audio")
VIDEO = Shape(attachment=True, refusal="file_video")
# What the provider keeps of an earlier upload: its mapping is gone, and its placeholders would meet those of today.
UPLOADED = Shape(attachment=True, refusal="file_uploaded")
FILE_NAME = Shape(entity="FILE_NAME")
# What a document is called: many a program writes the file's name there.
TITLE = Shape(entity="FILE_NAME", loosely=True)
SEALED = Shape(sealed=True)
# A text, or a list of texts; as tokens, in lists of them or as objects it is content that cannot be read.
PROMPTS = Shape(tokens=True, rest=ATTACHMENT, item=Shape(tokens=True, rest=ATTACHMENT, item=ATTACHMENT))

# Made by a machine: a prefix and at least 16 letters and digits that alternate as no name and year do, or a UUID.
# Any other is scanned, which costs nothing: it holds no identifier, so it leaves as it came.
_MIXED = r"(?=(?:[A-Za-z]*[0-9]+[A-Za-z]){2})[A-Za-z0-9]{16,64}"
ID = pattern(
    rf"(?:[a-z]{{2,10}}[_-]){{1,2}}{_MIXED}"
    r"|(?:[a-z]{2,10}[_-]){0,2}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
_HASH = r"[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# The account of whoever asks: an identifier, unless it is a hash already.
ACCOUNT = Shape(
    opaque=re.compile(rf"(?:(?:user|account|session|org|{_HASH})_{{0,2}}){{1,8}}"),
    label="identifiant",
)
# One word, with what separates the parts of a model's name; no long number and no mail address.
MODEL = pattern(r"(?!.*[0-9]{9})[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}(?:@[0-9]{4,8}|@latest)?")
# What Amazon calls the models of Bedrock: a maker's, or an account's own (service model of botocore 1.44), which is one
# part of a path for all its slashes. Behind the account's number stands a name that somebody chose; no phone number.
_MAKERS = (
    "ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot(?:ai)?|nvidia|openai|qwen|stability"
    "|twelvelabs|writer|zai"
)
_PAIRS = r"(?!.*(?:[0-9]{2}[-.]){3})"
AMAZON_NAME = re.compile(
    rf"{_PAIRS}arn:aws(?:-[a-z-]{{1,12}})?:bedrock:[a-z0-9-]{{1,20}}:(?:[0-9]{{12}})?:"
    r"(?P<chosen>[a-z-]{5,40}/[a-z0-9-]{1,63}(?:[.:/][a-z0-9-]{1,63}){0,4})"
)
AMAZON_MODEL = re.compile(
    rf"{AMAZON_NAME.pattern}|{_PAIRS}(?:[a-z-]{{2,8}}\.)?(?:{_MAKERS})\.[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}})?(?::[0-9a-z]{{1,6}}){{0,2}}"
)
# Signatures and encrypted content: base64 of a length that no word has, with digits and both cases.
SIGNATURE = pattern(r"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/_-]{32,}={0,2}")
TIMEZONE = pattern(
    r"UTC|(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[A-Za-z_/+-]{2,40}"
)
COUNTRY = pattern(r"[A-Z]{2}")
# About where a search asks from: what is no code is scanned.
AREA = Shape(fields={"city": TEXT, "region": TEXT, "country": COUNTRY, "timezone": TIMEZONE})
LOCATION = Shape(fields={"type": words("approximate")} | dict(AREA.fields))
# How long a part of the prompt may be kept.
CACHE = Shape(fields={"type": words("ephemeral"), "ttl": pattern(r"[0-9]{1,3}[smh]")})
MIME = pattern(r"(?:text|application|image|audio|video)/[a-z0-9.+-]{1,80}")
TIMESTAMP = pattern(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:.]{5,18}(?:Z|[+-][0-9:]{4,6})?")


# JSON Schema, draft 2020-12 and what came before: keywords by what stands behind them.
_NAMED_KEYWORDS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_SCHEMA_KEYWORDS = (
    *("items", "prefixItems", "additionalItems", "additionalProperties", "unevaluatedProperties", "contains"),
    *("propertyNames", "anyOf", "oneOf", "allOf", "not", "if", "then", "else"),
)
_NUMBER_KEYWORDS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"),
)
_TEXT_KEYWORDS = (
    *("title", "description", "required", "enum", "const", "default", "example", "examples", "pattern", "$ref", "$id"),
    *("$comment", "$anchor", "nullable", "uniqueItems", "readOnly", "writeOnly", "deprecated"),
    *("dependentRequired", "contentEncoding", "contentMediaType", "discriminator"),
)


def _schema() -> Shape:
    """Return the shape of a JSON Schema: its keywords are the format's, its property names and texts are not."""
    fields: dict[str, Shape] = {}
    schema = Shape(fields=fields, item=Shape(fields=fields))
    type_name = words("object", "array", "string", "number", "integer", "boolean", "null")
    fields |= {
        "type": Shape(opaque=type_name.opaque, item=type_name),
        "format": words("date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"),
        "$schema": pattern(r"https?://json-schema\.org/[a-z0-9./-]{1,60}#?"),
    }
    fields |= dict.fromkeys(_NAMED_KEYWORDS, Shape(rest=schema))
    fields |= dict.fromkeys(_SCHEMA_KEYWORDS, schema)
    fields |= dict.fromkeys(_NUMBER_KEYWORDS, NUMBER)
    fields |= dict.fromkeys(_TEXT_KEYWORDS, TEXT)
    return schema


SCHEMA = _schema()
