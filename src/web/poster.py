"""A poster for each event, drawn from its name: the same name is the same poster on every machine.

Flat shapes in the inks of one house, 300 by 400. The name chooses the inks, one of the compositions
and everything in it; no text of the event is in the picture. Each composition bleeds off on all sides
and keeps what matters in the middle, so it can be cut to a square or a strip.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from math import cos, hypot, pi, sin
from typing import NamedTuple, TypeVar
from unicodedata import normalize

# An event's name has at most as many; what else is asked for is cut.
LONGEST_NAME = 200

_Choice = TypeVar("_Choice")

_WIDTH, _HEIGHT = 300, 400
_INK, _BONE, _YELLOW, _RED = "#17171a", "#f4f0e6", "#ffd21f", "#ee4023"
_PINK, _BLUE, _SKY, _GREEN = "#ff94ba", "#2b40d8", "#8fcbff", "#0d5a45"
_MINT, _PLUM, _ORANGE, _LILAC = "#a3e3c4", "#4b1744", "#ff8b22", "#bba9f4"


class _Inks(NamedTuple):
    """The ground, and three that stand out from it, the strongest first."""

    ground: str
    first: str
    second: str
    third: str


_PALETTES = (
    _Inks(_RED, _BONE, _INK, _YELLOW),
    _Inks(_BLUE, _PINK, _BONE, _YELLOW),
    _Inks(_BONE, _RED, _INK, _SKY),
    _Inks(_GREEN, _YELLOW, _MINT, _BONE),
    _Inks(_PLUM, _ORANGE, _PINK, _BONE),
    _Inks(_YELLOW, _INK, _RED, _BONE),
    _Inks(_SKY, _BLUE, _BONE, _RED),
    _Inks(_INK, _YELLOW, _BONE, _RED),
    _Inks(_PINK, _PLUM, _RED, _BONE),
    _Inks(_MINT, _GREEN, _ORANGE, _INK),
    _Inks(_ORANGE, _PLUM, _BONE, _YELLOW),
    _Inks(_LILAC, _INK, _RED, _BONE),
    _Inks(_BONE, _BLUE, _ORANGE, _INK),
    _Inks(_INK, _MINT, _PINK, _BONE),
)


class _Dice:
    """Numbers that follow from a seed and from nothing else."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._thrown = 0

    def share(self) -> float:
        """Return a number from 0 up to 1."""
        self._thrown += 1
        block = blake2b(self._seed, digest_size=4, salt=self._thrown.to_bytes(4, "big"))
        return int.from_bytes(block.digest(), "big") / 2**32

    def whole(self, least: int, most: int) -> int:
        return least + int(self.share() * (most - least + 1))

    def between(self, least: float, most: float) -> float:
        return least + self.share() * (most - least)

    def one_of(self, choices: tuple[_Choice, ...]) -> _Choice:
        return choices[self.whole(0, len(choices) - 1)]


def poster(name: str, width: int = 3 * _WIDTH, height: int = 3 * _HEIGHT) -> str:
    """Return the poster of the event with this name, as SVG of 1 to 5 KB. At another shape than its
    own, it is cut to it."""
    seed = normalize("NFC", name[:LONGEST_NAME]).strip().encode("utf-8", "surrogatepass")
    dice = _Dice(blake2b(seed, digest_size=16).digest())
    inks = dice.one_of(_PALETTES)
    art = dice.one_of(_COMPOSITIONS)(dice, inks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{width}" height="{height}" preserveAspectRatio="xMidYMid slice">'
        f"{_rect(0, 0, _WIDTH, _HEIGHT, inks.ground)}{''.join(art)}</svg>"
    )


# Shapes


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return _path(f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h{_n(-width)}z", fill)


def _disc(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>'


def _ring(x: float, y: float, radius: float, width: float, stroke: str) -> str:
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" '
        f'fill="none" stroke="{stroke}" stroke-width="{_n(width)}"/>'
    )


def _path(data: str, fill: str) -> str:
    return f'<path d="{data}" fill="{fill}"/>'


def _polygon(points: Iterable[tuple[float, float]], fill: str) -> str:
    return _path("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "z", fill)


def _around(x: float, y: float, radius: float, angle: float) -> tuple[float, float]:
    return x + radius * cos(angle), y + radius * sin(angle)


# Compositions


def _rays(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Beams from a point, and a disc on it."""
    x, y = dice.between(90, 210), dice.one_of((130.0, 200.0, 285.0))
    many = dice.whole(7, 14)
    start = dice.between(0, pi)
    for beam in range(many):
        angle = start + 2 * pi * beam / many
        points = [(x, y), _around(x, y, 520, angle), _around(x, y, 520, angle + pi / many)]
        yield _polygon(points, inks.first if beam % 2 or dice.share() < 0.65 else inks.third)
    radius = dice.between(46, 78)
    yield _disc(x, y, radius + dice.between(10, 24), inks.ground)
    yield _disc(x, y, radius, inks.second)
    if dice.share() < 0.5:
        yield _disc(x, y, radius * 0.45, inks.third)


def _tiers(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Rings that rise around a stage, as rows of seats do."""
    x, y = dice.between(60, 240), dice.one_of((400.0, 400.0, 0.0))
    step = dice.between(30, 46)
    colours = (inks.first, inks.ground, inks.second, inks.ground, inks.third, inks.ground)
    shift = dice.whole(0, 2) * 2
    many = int(380 / step)
    for tier in range(many, 0, -1):
        yield _disc(x, y, tier * step, colours[(tier + shift) % len(colours)])
    height = abs(y - dice.between(270, 310))
    yield _disc(_WIDTH - x, height, dice.between(24, 40), inks.second)


def _halftone(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Dots that grow towards a corner or a point, over a disc."""
    yield _disc(dice.between(80, 220), dice.between(130, 270), dice.between(88, 130), inks.second)
    x, y = dice.one_of(((0, 0), (300, 400), (0, 400), (150, 200), (300, 60)))
    reach = max(hypot(x - a, y - b) for a in (0, 300) for b in (0, 400))
    grows = dice.share() < 0.5
    pitch = dice.one_of((20, 24, 28))
    dots: dict[int, list[str]] = {}
    for row in range(_HEIGHT // pitch + 2):
        for column in range(_WIDTH // pitch + 2):
            a, b = column * pitch + (row % 2) * pitch / 2, row * pitch
            far = min(1.0, hypot(x - a, y - b) / reach)
            size = round((far if grows else 1 - far) * 9)
            if size > 0:
                dots.setdefault(size, []).append(f"M{_n(a)} {b}h0")
    for size, places in sorted(dots.items()):
        yield (
            f'<path d="{"".join(places)}" stroke="{inks.first}" '
            f'stroke-width="{_n(size * pitch / 9)}" stroke-linecap="round"/>'
        )


def _waves(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Swells, one before the other, and a sun or moon above them."""
    yield _disc(dice.between(70, 230), dice.between(85, 150), dice.between(42, 72), inks.third)
    many = dice.whole(4, 6)
    length = dice.one_of((100, 150, 300))
    high = length * dice.between(0.14, 0.24)
    colours = (inks.first, inks.ground, inks.second, inks.ground)
    for wave in range(many):
        y = 165 + wave * 250 / many
        left = -dice.between(0, length)
        swells = "".join(
            f"q{_n(length / 4)} {_n(-high if half % 2 else high)} {_n(length / 2)} 0"
            for half in range(int(2 * (_WIDTH + 2 * length) / length))
        )
        yield _path(f"M{_n(left)} {_n(y)}{swells}V420H{_n(left)}z", colours[wave % 4])


def _blocks(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """A wall of square tiles: quarters, halves, wholes and corners."""
    size = dice.one_of((75, 100, 100))
    colours = (inks.first, inks.second, inks.third)
    for y in range(0, _HEIGHT, size):
        for x in range(0, _WIDTH, size):
            kind, turn, colour = dice.whole(0, 6), dice.whole(0, 3), dice.one_of(colours)
            other = dice.one_of(colours)
            if kind < 3:
                corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
                a, b = corners[turn - 1], corners[(turn + 1) % 4]
                (cx, cy), r = corners[turn], size
                yield _path(f"M{cx} {cy}L{a[0]} {a[1]}A{r} {r} 0 0 0 {b[0]} {b[1]}z", colour)
            elif kind == 3:
                yield _rect(x, y, size, size, colour)
                if other != colour:
                    yield _disc(x + size / 2, y + size / 2, size * 0.32, other)
            elif kind == 4:
                yield _path(f"M{x} {y}h{size}a{size / 2} {size / 2} 0 0 1 {-size} 0z", colour)
                half = f"M{x} {y + size // 2}h{size}a{size / 2} {size / 2} 0 0 1 {-size} 0z"
                yield _path(half, other)
            elif kind == 5:
                yield _polygon(
                    [(x, y), (x + size, y), (x, y + size)]
                    if turn % 2
                    else [(x + size, y), (x + size, y + size), (x, y + size)],
                    colour,
                )


def _curtain(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """A striped curtain that parts, and what is behind it."""
    stripes = dice.one_of((8, 10, 12))
    width = _WIDTH / stripes
    yield _rect(0, 0, _WIDTH, _HEIGHT, inks.first)
    folds = "".join(
        f"M{_n(x * width)} 0h{_n(width)}v400h{_n(-width)}z" for x in range(0, stripes, 2)
    )
    yield _path(folds, inks.second)
    wide, top = dice.between(84, 128), dice.between(20, 70)
    opening = (
        f"M150 {_n(top)}C150 {_n(top + 150)} {_n(150 - wide)} 250 {_n(150 - wide)} 400"
        f"H{_n(150 + wide)}C{_n(150 + wide)} 250 150 {_n(top + 150)} 150 {_n(top)}z"
    )
    yield _path(opening, inks.ground)
    yield _disc(150, 400 - dice.between(20, 90), wide * 0.62, inks.third)


def _bars(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Sound as columns around a line, one of them in another ink."""
    many = dice.whole(9, 17)
    width = _WIDTH / many
    middle = dice.one_of((200.0, 200.0, 260.0))
    speed, shift = dice.between(0.5, 1.4), dice.between(0, 2 * pi)
    marked = dice.whole(2, many - 3)
    low = []
    for bar in range(many):
        swell = abs(sin(shift + bar * speed)) * 0.7 + dice.share() * 0.3
        height = 40 + swell * 130
        colour = inks.third if bar == marked else inks.first
        x = bar * width + width * 0.14
        yield _rect(x, middle - height, width * 0.72, height, colour)
        low.append(
            f"M{_n(x)} {_n(middle + 8)}h{_n(width * 0.72)}v{_n(height * 0.55)}h{_n(-width * 0.72)}z"
        )
    yield _path("".join(low), inks.second)


def _mark(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """One large sign of the printer's case: star, mark, quotes, rest."""
    yield _rect(0, dice.one_of((0, 270)), _WIDTH, 130, inks.second)
    turn, size = dice.between(-14, 14), dice.between(0.85, 1.15)
    yield f'<g transform="translate(150 200)rotate({_n(turn)})scale({size:.2f})translate(-150 -200)">'
    yield from _sign(dice, inks)
    yield "</g>"


def _sign(dice: _Dice, inks: _Inks) -> Iterable[str]:
    kind = dice.whole(0, 4)
    if kind == 0:
        arms = dice.one_of((5, 6, 8))
        for arm in range(arms):
            turn = _n(360 * arm / arms + (0 if arms == 6 else 18))
            yield (
                f'<path d="M{_n(150 - 96 / arms)} 200L{_n(150 - 190 / arms)} 62h{_n(380 / arms)}'
                f'L{_n(150 + 96 / arms)} 200z" fill="{inks.first}" transform="rotate({turn} 150 200)"/>'
            )
    elif kind == 1:
        yield _polygon([(104, 40), (196, 40), (176, 258), (124, 258)], inks.first)
        yield _disc(150, 314, 42, inks.third)
    elif kind == 2:
        for x in (52, 162):
            yield _path(f"M{x} 236V150a62 62 0 0 1 86 -58v44a28 28 0 0 0 -30 30h30v70z", inks.first)
    elif kind == 3:
        yield _disc(112, 292, 54, inks.first)
        yield _rect(142, 84, 24, 214, inks.first)
        yield _path("M142 84h24c6 54 74 62 60 150c-14 -52 -44 -60 -84 -70z", inks.third)
    else:
        points = [_around(150, 206, 58 if k % 2 else 144, pi * (k / 5 - 0.5)) for k in range(10)]
        yield _polygon(points, inks.first)


def _spots(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Two pools of light that meet."""
    radius = dice.between(92, 118)
    turn = dice.between(0.5, 1.3)
    dx, dy = radius * 0.55 * cos(turn), radius * 0.55 * sin(turn)
    if dice.share() < 0.5:
        dx = -dx
    yield _path(f"M{_n(150 - dx)} {_n(200 - dy)}L{_n(150 - dx - 70)} -20h40z", inks.first)
    yield _disc(150 - dx, 200 - dy, radius, inks.first)
    yield _disc(150 + dx, 200 + dy, radius, inks.second)
    yield (
        f'<clipPath id="a"><circle cx="{_n(150 - dx)}" cy="{_n(200 - dy)}" r="{_n(radius)}"/></clipPath>'
        f'<g clip-path="url(#a)">{_disc(150 + dx, 200 + dy, radius, inks.third)}</g>'
    )


def _echo(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Rings around two places, as of sound that meets itself."""
    step = dice.between(15, 22)
    a = (dice.between(40, 120), dice.between(90, 180))
    b = (dice.between(180, 260), dice.between(230, 320))
    for turn in range(1, 17):
        yield _ring(*a, turn * step, step * 0.45, inks.first)
    for turn in range(1, dice.whole(5, 9)):
        yield _ring(*b, turn * step, step * 0.45, inks.third)
    yield _disc(*a, step * 0.9, inks.second)
    yield _disc(*b, step * 0.9, inks.second)


def _confetti(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Cut paper in the air."""
    pitch = dice.one_of((75, 100))
    colours = (inks.first, inks.second, inks.third)
    for row in range(-1, _HEIGHT // pitch + 1):
        for column in range(-1, _WIDTH // pitch + 1):
            x = (column + 0.5 + dice.between(-0.22, 0.22)) * pitch + (row % 2) * pitch / 2
            y = (row + 0.5 + dice.between(-0.22, 0.22)) * pitch
            size, colour, kind = (
                dice.between(0.26, 0.46) * pitch,
                dice.one_of(colours),
                dice.whole(0, 3),
            )
            start = dice.between(0, pi)
            if kind == 0:
                yield _disc(x, y, size * 0.62, colour)
            elif kind == 1:
                yield _polygon(
                    [_around(x, y, size, start + 2 * pi * k / 3) for k in range(3)], colour
                )
            elif kind == 2:
                yield _polygon(
                    [
                        _around(x, y, size, start + turn)
                        for turn in (0.35, pi - 0.35, pi + 0.35, -0.35)
                    ],
                    colour,
                )
            else:
                yield _ring(x, y, size * 0.5, size * 0.32, colour)


def _steps(dice: _Dice, inks: _Inks) -> Iterable[str]:
    """Sheets of paper, each cut lower than the one behind it."""
    many = dice.whole(4, 6)
    colours = (inks.first, inks.second, inks.ground)
    slope = dice.one_of((-1, 1))
    yield _disc(150 + slope * 62, dice.between(90, 130), dice.between(44, 70), inks.third)
    start = dice.between(100, 140)
    edges = [start + sheet * 290 / many for sheet in range(many)]
    for sheet, top in enumerate(edges):
        lean = slope * dice.between(50, 130) * (1 if sheet % 2 else -1)
        points = [(0, top + lean / 2), (_WIDTH, top - lean / 2), (_WIDTH, 400), (0, 400)]
        yield _polygon(points, colours[sheet % 3])


_Composition = Callable[[_Dice, _Inks], Iterable[str]]
_COMPOSITIONS: tuple[_Composition, ...] = (
    _rays,
    _tiers,
    _halftone,
    _waves,
    _blocks,
    _curtain,
    _bars,
    _mark,
    _spots,
    _echo,
    _confetti,
    _steps,
)
