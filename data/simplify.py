"""Simplify country outlines so that neighbours keep the very same border.

Rings are cut into arcs where three or more lines meet, each arc is simplified once with its end points fixed
(Visvalingam and Whyatt 1993, "Line generalisation by repeated elimination of points", The Cartographic
Journal 30(1)), and the rings are sewn together again. Coordinates are degrees, longitude first.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]


def simplify(
    features: dict[str, list[Ring]], *, minimum_area: float, islands: float, window: Box
) -> dict[str, list[Ring]]:
    """Outlines with fewer points.

    Args:
        features: closed outer rings per country, all from one topology (shared borders share their points).
        minimum_area: a point goes if its triangle with its two neighbours is smaller (square degrees).
        islands: a ring goes if it is smaller (square degrees), unless it is the country's largest or touches
            another country.
        window: west, south, east, north; what lies outside is cut off, after the borders were simplified.

    Returns:
        Closed rings, clockwise, rounded to two decimals; largest ring first.
    """
    everywhere = Counter(point for rings in features.values() for ring in rings for point in ring[:-1])
    kept = {name: _without_islands(rings, islands, everywhere) for name, rings in features.items()}
    junctions = _junctions([ring for rings in kept.values() for ring in rings])
    result = {}
    for name, rings in kept.items():
        thin = [_round(_clip(_sew(ring, junctions, minimum_area), window)) for ring in rings]
        result[name] = [_clockwise(ring) for ring in thin if len(ring) >= 4]
    return result


def area(ring: Ring) -> float:
    """Signed area in square degrees: positive if the ring runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def geometry(rings: list[Ring]) -> dict[str, Any]:
    """A GeoJSON MultiPolygon without holes."""
    return {"type": "MultiPolygon", "coordinates": [[[list(point) for point in ring]] for ring in rings]}


def _without_islands(rings: list[Ring], smallest: float, everywhere: Counter[Point]) -> list[Ring]:
    ordered = sorted(rings, key=lambda ring: -abs(area(ring)))
    return ordered[:1] + [
        ring
        for ring in ordered[1:]
        if abs(area(ring)) >= smallest or any(everywhere[point] > 1 for point in ring[:-1])
    ]


def _junctions(rings: list[Ring]) -> set[Point]:
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for a, b in itertools.pairwise(ring):
            neighbours[a].add(b)
            neighbours[b].add(a)
    return {point for point, around in neighbours.items() if len(around) > 2}


def _sew(ring: Ring, junctions: set[Point], minimum_area: float) -> Ring:
    points = ring[:-1]
    cuts = [i for i, point in enumerate(points) if point in junctions]
    if not cuts:
        # A ring that touches others nowhere, or a neighbour all along: two fixed points keep it closed,
        # chosen by position so that both owners choose the same.
        cuts = sorted({points.index(min(points)), points.index(max(points))})
    sewn: Ring = []
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + len(points)], strict=True):
        arc = [points[i % len(points)] for i in range(start, end + 1)]
        sewn += _thin(arc, minimum_area)[:-1]
    return [*sewn, sewn[0]]


def _thin(arc: Ring, minimum_area: float) -> Ring:
    """The arc without its smallest triangles; the same points whichever way it runs."""
    if arc[0] > arc[-1]:
        return _thin(arc[::-1], minimum_area)[::-1]
    points = list(arc)
    areas = [_triangle(points, i) for i in range(1, len(points) - 1)]  # areas[i] belongs to points[i + 1]
    while areas:
        i = min(range(len(areas)), key=areas.__getitem__)
        if areas[i] >= minimum_area:
            break
        del points[i + 1], areas[i]
        for beside in (i - 1, i):
            if 0 <= beside < len(areas):
                areas[beside] = _triangle(points, beside + 1)
    return points


def _triangle(points: Ring, i: int) -> float:
    (ax, ay), (bx, by), (cx, cy) = points[i - 1 : i + 2]
    return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2


def _clip(ring: Ring, window: Box) -> Ring:
    """The part of a ring inside a window (Sutherland and Hodgman 1974, "Reentrant polygon clipping")."""
    points = ring[:-1]
    for axis, limit, keep in ((0, window[0], 1), (1, window[1], 1), (0, window[2], -1), (1, window[3], -1)):
        clipped: Ring = []
        for before, point in zip(points[-1:] + points[:-1], points, strict=True):
            was, now = keep * (before[axis] - limit), keep * (point[axis] - limit)
            if (was < 0) != (now < 0):
                share = was / (was - now)
                clipped.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
                )
            if now >= 0:
                clipped.append(point)
        points = clipped
    return points + points[:1]


def _round(ring: Ring) -> Ring:
    rounded = [(round(x, 2), round(y, 2)) for x, y in ring]
    return [point for i, point in enumerate(rounded) if i == 0 or point != rounded[i - 1]]


def _clockwise(ring: Ring) -> Ring:
    return ring if area(ring) < 0 else ring[::-1]
