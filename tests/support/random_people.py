"""Made-up crowds for property tests: people with a trade or two, who write about it in whole sentences."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from scrapers.records import Account, AccountKey, Candidate, Evidence, EvidenceKind

TODAY = date(2026, 11, 21)
TRADES: Mapping[str, tuple[str, ...]] = {
    trade: tuple(words.split())
    for trade, words in {
        "storage": "database index transaction snapshot replica compaction page journal checkpoint lock cursor shard",
        "serving": "inference batch token latency accelerator quantised gateway stream cache warmup request model",
        "compilers": "parser lexer register optimiser linker bytecode inlining grammar syntax emitter pass symbol",
        "graphics": "shader mesh texture lighting vertex camera raymarch sprite pixel viewport scene blend",
        "robotics": "sensor servo gripper odometry lidar wheel encoder trajectory joint firmware torque gyroscope",
        "maps": "tile projection contour geocoder route polygon elevation coastline layer zoom survey border",
        "music": "synthesiser tempo chord waveform mixer reverb sampler melody pitch drum envelope oscillator",
        "gardens": "compost seedling orchard trellis pruning mulch greenhouse irrigation harvest blossom soil spade",
    }.items()
}
SENTENCES = (
    "I built a {0} that keeps each {1} apart from the {2}, and it held.",
    "When the {0} broke at night, we found that the {1} was read before the {2}.",
    "This explains how a {0} and a {1} work together, with a drawing of the {2}.",
    "The {0} was slow until I measured the {1} and rewrote what fed the {2}.",
    "For a small shop I made a {0} with its own {1}, which still runs.",
)
KINDS = (EvidenceKind.POST, EvidenceKind.REPOSITORY, EvidenceKind.HACKATHON_PROJECT, EvidenceKind.TALK)


def prose(draw: random.Random, trade: str, sentences: int = 3) -> str:
    """A few sentences about a trade."""
    return " ".join(draw.choice(SENTENCES).format(*draw.sample(TRADES[trade], 3)).strip() for _ in range(sentences))


def piece(person: int, number: int, text: str, kind: EvidenceKind = EvidenceKind.POST, days: int = 90) -> Evidence:
    """A piece of a person's evidence, as old as that."""
    key = AccountKey("web", f"person-{person}.example")
    return Evidence(kind, key, f"Note {number}", text, f"https://person-{person}.example/{number}",
                    TODAY - timedelta(days=days))  # fmt: skip


def person(number: int, *pieces: Evidence) -> Candidate:
    """Somebody with this evidence."""
    return Candidate(f"c{number:03}", (Account("web", f"person-{number}.example"),), pieces)


def crowd(seed: int, size: int, least: int = 1, most: int = 8) -> list[Candidate]:
    """So many people of one or two trades each, with between `least` and `most` pieces."""
    draw = random.Random(seed)
    people = []
    for number in range(size):
        trades = draw.sample(sorted(TRADES), 2)
        pieces = (
            piece(
                number, place, prose(draw, trades[draw.random() < 0.3], draw.randint(1, 4)), draw.choice(KINDS),
                draw.randint(1, 1500),
            )
            for place in range(draw.randint(least, most))
        )  # fmt: skip
        people.append(person(number, *pieces))
    return people
