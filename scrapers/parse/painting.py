"""Visibility of text by its style declarations: colours, sizes, positions that no reader sees."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import mul

from tinycss2.color4 import Color, parse_color

from scrapers.parse.stylesheet import Props

Colour = tuple[float, float, float]

_CLIPPING = frozenset({"clip", "clip-path"})
_MOVING_NAMES = "left right top bottom text-indent transform margin margin-left margin-top"
_MOVING = frozenset(_MOVING_NAMES.split())
_OVERFLOWING = frozenset({"overflow", "overflow-x", "overflow-y"})
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "vw": 12.8, "vh": 7.2, "%": 5.0, "cm": 37.8, "mm": 3.78, "in": 96.0}
_OF_TYPE = {"em": 1.0, "ch": 0.5, "ex": 0.5}  # of the size of type
_FAR = 500.0  # px beyond an edge
_FAINT = 0.06  # an opacity up to here is not seen
_TINY = 2.0  # px of type
# From CIE XYZ to linear sRGB by white point (CSS Color 4, section 18; D50 adapted after Bradford).
_TO_RGB = {
    "xyz-d65": ((3.24097, -1.53738, -0.49861), (-0.96924, 1.87597, 0.04156), (0.05563, -0.20398, 1.05697)),
    "xyz-d50": ((3.13386, -1.61687, -0.49061), (-0.97877, 1.91614, 0.03345), (0.07195, -0.22899, 1.40524)),
}
_LIKE_GROUND = 1.15  # WCAG contrast ratio up to which text and ground look the same (1 is equal, 4.5 is readable)


@dataclass(frozen=True, slots=True)
class Paint:
    """Inherited style of an element: colours, type size, and whether it is shown. None is a colour we cannot know."""

    colour: Colour | None = (0.0, 0.0, 0.0)
    ground: Colour | None = (255.0, 255.0, 255.0)
    size: float = 16.0
    visible: bool = True
    pre: bool = False
    hidden: bool = False

    @property
    def shows(self) -> bool:
        """True if text painted like this is seen."""
        return self.visible and not self.hidden and self.size >= _TINY and not self._is_like_ground

    @property
    def _is_like_ground(self) -> bool:
        if self.colour is None or self.ground is None:
            return False
        return contrast(self.colour, self.ground) <= _LIKE_GROUND


CANVAS = Paint()


def painted(props: Props, paint: Paint) -> Paint | None:
    """Return the style of an element's text, or None where it and all inside of it is not seen."""
    if not props:
        return paint
    props = {name: value.replace("!important", "").strip() for name, value in props.items()}
    if _is_gone(props, paint):
        return None
    text_colour = props.get("-webkit-text-fill-color") or props.get("color", "")
    if _is_transparent(text_colour):
        return None
    ground = _ground(props, paint)
    space = props.get("white-space", "")
    return replace(
        paint,
        ground=ground,
        colour=_colour(text_colour, paint.colour, ground),
        size=_size(props, paint.size),
        visible=_is_visible(props.get("visibility", "inherit"), paint),
        pre=space.startswith(("pre", "break-spaces")) if space else paint.pre,
    )


def _is_visible(visibility: str, paint: Paint) -> bool:
    return paint.visible if visibility == "inherit" else visibility not in {"hidden", "collapse"}


def _is_gone(props: Props, paint: Paint) -> bool:
    return (
        props.get("display") == "none"
        or props.get("content-visibility") == "hidden"
        or ("opacity" in props and _number(props["opacity"]) <= _FAINT)
        or ("filter" in props and _number(_inside("opacity", props["filter"]) or "1") <= _FAINT)
        or (not _CLIPPING.isdisjoint(props) and _is_clipped(props))
        or (not _MOVING.isdisjoint(props) and _is_away(props, paint.size))
        or (not _OVERFLOWING.isdisjoint(props) and _is_without_room(props, paint.size))
    )


def _is_clipped(props: Props) -> bool:
    clip, path = props.get("clip", ""), props.get("clip-path", "")
    corners = {number for number in re.findall(r"-?[\d.]+", clip) if number}
    return (
        ("rect" in clip and len({float(number) for number in corners if number.strip(".-")}) == 1)
        or bool(re.match(r"inset\(\s*(?:[5-9]\d|\d{3,})(?:\.\d+)?%", path))
        or bool(re.match(r"(?:circle|ellipse)\(\s*0", path))
        or bool(re.match(r"polygon\((?:\s*+0\w*+\s++0\w*+\s*+,?+)++\s*\)", path))
    )


def _is_away(props: Props, size: float) -> bool:
    """True if the element is moved off the page; percentages of margins and translations say nothing about the page."""
    placed = props.get("position", "static") not in {"static", "sticky"}
    shifts = [props.get(name, "") for name in ("left", "right", "top", "bottom") if placed]
    shifts.append(props.get("text-indent", ""))
    moved = " ".join(re.findall(r"translate(?:3d|x|y)?\(([^)]{0,99})\)", props.get("transform", "")))
    moved += f" {props.get('margin', '')} {props.get('margin-left', '')} {props.get('margin-top', '')}"
    shifts += [part for part in re.split(r"[,\s]+", moved) if not part.endswith("%")]
    shrunk = re.search(r"scale(?:3d|x|y)?\(\s*0(?:\.0\d*)?\s*[,)]", props.get("transform", ""))
    return bool(shrunk) or any(_px(shift, size) <= -_FAR or _px(shift, size) >= 10 * _FAR for shift in shifts)


def _is_without_room(props: Props, size: float) -> bool:
    if {props.get(name) for name in _OVERFLOWING}.isdisjoint({"hidden", "clip"}):
        return False
    room = (props.get(name, "") for name in ("width", "height", "max-width", "max-height"))
    return any(bool(re.match(r"[\d.]", side)) and _px(side, size) <= 1 for side in room)


def _size(props: Props, size: float) -> float:
    value = props.get("font-size") or next(
        iter(re.findall(r"(?<![\d.])[\d.]++(?:px|pt|em|rem|%)", props.get("font", ""))), ""
    )
    if not re.match(r"[\d.]", value):
        return size
    return size * _number(value) if value.endswith(("%", "em")) and not value.endswith("rem") else _px(value, size)


def _px(value: str, size: float) -> float:
    match = re.match(r"\s*(-?[\d.]+)\s*(px|pt|rem|em|ch|ex|vw|vh|%|cm|mm|in)?", value)
    if not match or not re.search(r"\d", match.group(1)):
        return 0.0
    unit = match.group(2) or "px"
    return _float(match.group(1)) * (_UNITS[unit] if unit in _UNITS else size * _OF_TYPE[unit])


def _number(value: str) -> float:
    """A bare number, or a percentage as a share."""
    match = re.match(r"\s*(-?[\d.]+)\s*(%)?", value)
    return (_float(match.group(1)) / (100 if match.group(2) else 1)) if match else 1.0


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _inside(function: str, value: str) -> str:
    inside, closed, _ = value.partition(f"{function}(")[2].partition(")")
    return inside if closed else ""


def _ground(props: Props, paint: Paint) -> Colour | None:
    """The colour behind the text, None where a picture or a gradient lies there."""
    value = props.get("background-color") or props.get("background", "")
    if not value:
        return paint.ground
    if re.search(r"url\(|gradient\(|var\(", props.get("background", "") + value):
        return None
    return paint.ground if _is_transparent(value) else _colour(value, paint.ground, paint.ground)


_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|(?:rgba?|hsla?|hwb|(?:ok)?lab|(?:ok)?lch|color|color-mix|var)\([^)]{0,99}\)|\b[a-z]{3,}\b"
)
_KEPT = frozenset({"inherit", "currentcolor", "unset", "initial", "revert", "none"})


def _colour(value: str, inherited: Colour | None, ground: Colour | None) -> Colour | None:
    """The first colour that a value names, mixed with what lies under it; None for one that we cannot tell."""
    match = _COLOUR.search(value)
    if not match or match.group() in _KEPT:
        return inherited
    channels = _channels(match.group())
    if channels is None:
        return None
    red, green, blue, alpha = channels
    under = ground or (red, green, blue)
    return (_mix(red, under[0], alpha), _mix(green, under[1], alpha), _mix(blue, under[2], alpha))


def _mix(over: float, under: float, alpha: float) -> float:
    return alpha * over + (1 - alpha) * under


def _is_transparent(value: str) -> bool:
    match = _COLOUR.search(value)
    channels = _channels(match.group()) if match else None
    return channels is not None and channels[3] <= _FAINT


@lru_cache(maxsize=1024)
def _channels(word: str) -> tuple[float, float, float, float] | None:
    """Return red, green, blue (0 to 255) and opacity (0 to 1) of a CSS colour; None for one that we cannot tell.

    Names and notations are those of CSS Color 4; one outside of sRGB is cut to it.
    """
    colour = parse_color(word)
    if not isinstance(colour, Color):
        return None
    for space, rows in (("srgb", None), *_TO_RGB.items()):
        with suppress(NotImplementedError):  # a way that the library does not know
            known = colour.to(space).coordinates
            channels = [_gamma(sum(map(mul, row, known))) for row in rows] if rows else known
            red, green, blue = (255 * min(max(channel or 0.0, 0.0), 1.0) for channel in channels)
            return red, green, blue, colour.alpha
    return None


def _gamma(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


@lru_cache(maxsize=1024)
def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21, after WCAG 2.2 (relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (min(v, 255) / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
