"""The seven colours stay apart for every kind of colour vision, and stand out from the page."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from emotions.models import Tag
from emotions.preferences.forms import LIGHT_COLOURS
from ml.emotions import EMOTIONS

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
THEMES = ["light", "dark"]
APART = 0.07
CONTRAST = 3.0
TEXT_CONTRAST = 4.5

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

# Ottosson 2020: linear RGB to cone responses to OKLab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def tokens(theme: str) -> dict[str, str]:
    """Return every colour that the stylesheet defines, by the name of its variable."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS.read_text())
    return {name: dict(zip(THEMES, values, strict=True))[theme] for name, *values in pairs}


def linear(colour: str) -> np.ndarray:
    encoded = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def oklab(colour: str, vision: str) -> np.ndarray:
    seen = np.clip(VISIONS[vision] @ linear(colour), 0, 1)
    return TO_OKLAB @ np.cbrt(TO_CONES @ seen)


def distance(one: str, other: str, vision: str) -> float:
    return float(np.linalg.norm(oklab(one, vision) - oklab(other, vision)))


def contrast(one: str, other: str) -> float:
    lights = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other))
    return lights[1] / lights[0]


def test_distance_and_contrast_agree_with_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(1, abs=1e-3)
    assert distance("#ff0000", "#ff0000", "protanopia") == 0


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_two_emotions_can_be_told_apart(theme: str, vision: str) -> None:
    colours = tokens(theme)
    distances = {
        (one, other): distance(colours[one], colours[other], vision)
        for one, other in itertools.combinations(EMOTIONS, 2)
    }
    assert min(distances.values()) >= APART, sorted(distances.items(), key=lambda pair: pair[1])[:3]


@pytest.mark.parametrize("surface", ["page", "raised"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_emotion_stands_out_from_what_it_lies_on(theme: str, surface: str) -> None:
    colours = tokens(theme)
    for emotion in EMOTIONS:
        fill, line = (contrast(colours[n], colours[surface]) for n in (emotion, f"{emotion}-line"))
        assert line >= CONTRAST, emotion
        assert fill >= CONTRAST or colours[emotion] != colours[f"{emotion}-line"], emotion


@pytest.mark.parametrize("theme", THEMES)
def test_the_accent_is_none_of_the_seven(theme: str) -> None:
    colours = tokens(theme)
    for emotion in EMOTIONS:
        assert distance(colours["accent"], colours[emotion], "normal") >= APART, emotion


@pytest.mark.parametrize("surface", ["page", "raised"])
@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: str, surface: str) -> None:
    colours = tokens(theme)
    for name in ("ink", "ink-soft", "accent", "accent-strong"):
        assert contrast(colours[name], colours[surface]) >= TEXT_CONTRAST, name
    assert contrast(colours["accent"], colours["on-accent"]) >= TEXT_CONTRAST
    assert contrast(colours["field-line"], colours[surface]) >= CONTRAST


@pytest.mark.parametrize("surface", ["page", "raised"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_of_tags_can_be_read(theme: str, surface: str) -> None:
    colours = tokens(theme)
    for colour in Tag.Colour.values:
        assert contrast(colours[f"tag-{colour}"], colours[surface]) >= TEXT_CONTRAST, colour


def test_the_page_of_colours_offers_those_of_the_style_sheet() -> None:
    tokens = TOKENS.read_text()
    for feeling, colour in LIGHT_COLOURS.items():
        assert re.search(rf"--{feeling.value}: light-dark\({colour},", tokens), feeling
