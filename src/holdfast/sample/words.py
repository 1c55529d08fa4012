"""What invented people are called and what they say."""

from random import Random
from typing import Final

SENTENCES: Final = 4_096
"""Sentences that are made once and said again; a power of two."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES: Final = _words(
    """
    Ada Aiko Amir Ana Anneke Anton Aylin Bas Bea Bruno Carla Chen Chidi Clara Daan Dana Diego Dina Elif Elena Emil
    Emma Eva Farah Femke Finn Fatima Gita Greta Hana Hugo Ida Ines Isa Ivan Jana Jonas Jorge Joris Julia Kai Kamal
    Karin Kemal Lars Lea Leila Lena Leon Lin Lotte Luca Lucia Maja Malik Mara Marco Maria Mateo Mei Mila Milan Mina
    Mohamed Nadia Nina Noah Nora Olga Omar Oscar Otto Paula Pavel Petra Priya Rafael Ravi Rosa Ruben Sara Sem Sofia
    Stefan Sven Tara Tess Theo Tom Uma Vera Viktor Wim Yara Yusuf Zoe
    """
)
SURNAMES: Final = _words(
    """
    Abbas Adeyemi Ahmed Almeida Andersen Bakker Bauer Becker Berg Bianchi Bos Brandt Castro Chen Costa Dekker Demir
    Diaz Dijkstra Dubois Ekström Fischer Fontaine Garcia Gomez Haddad Hansen Hoekstra Horvat Ibrahim Ivanova Jansen
    Jensen Kaya Keller Khan Kim Koch Kowalski Kumar Larsen Laurent Lee Lindqvist Lopez Martin Meijer Mendes Meyer
    Moreau Mulder Nagy Nguyen Nielsen Novak Okafor Olsen Öztürk Patel Pereira Petrov Peters Popescu Rahman Ramos Ricci
    Rojas Rossi Sato Schmidt Schneider Silva Singh Smit Sørensen Suzuki Tanaka Torres Varga Verhoeven Visser Vos
    Wagner Wang Weber Willems Wolf Yilmaz Zhang Zimmermann
    """
)
_THINGS: Final = (
    "the blue scarf",
    "a teapot",
    "the oak table",
    "two tickets",
    "the red boots",
    "a gift card",
    "the lamp in the window",
    "your sourdough",
    "the wool blanket",
    "a haircut",
    "the garden chairs",
    "the small mirror",
    "a birthday cake",
    "the rain jacket",
    "the bicycle bell",
)
_ASKED: Final = (
    "Hi! Do you still have {thing}?",
    "Is {thing} available in another colour?",
    "When do you open on {day}?",
    "My order {number} has not arrived yet, can you look?",
    "How much is {thing}, and do you deliver?",
    "Can I change {thing} that I bought on {day}?",
    "Thank you so much, {thing} arrived today. It is even nicer than in the picture!",
    "Could you put {thing} aside for me until {day}?",
    "I paid twice for order {number}, I think. Could you check?",
    "ok",
    "Great, thanks!",
    "Yes please",
    "What is your address again?",
    (
        "I wanted to ask about {thing}. We are moving at the end of the month, so it would have to come before {day}, "
        "and somebody would have to carry it up to the third floor. Would that be possible, and what would it cost?"
    ),
)
_ANSWERED: Final = (
    "Hello! Yes, we have {thing} here. Shall I put it aside?",
    "We are open on {day} from nine to six.",
    "I looked: order {number} left us on {day} and should be with you tomorrow.",
    "Of course, bring {thing} in and we will find a way.",
    "You are welcome!",
    "Sorry for the wait. We found order {number}; the money is on its way back to you.",
    "We can deliver {thing} on {day}. Is the morning all right?",
    "Not at the moment, but we expect {thing} again on {day}.",
    "Harbour Street 12, next to the library.",
    "Happy to hear it!",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def questions(random: Random) -> list[str]:
    """What people write; SENTENCES of them."""
    return _sentences(random, _ASKED)


def answers(random: Random) -> list[str]:
    """What the shop writes; SENTENCES of them."""
    return _sentences(random, _ANSWERED)


def _sentences(random: Random, patterns: tuple[str, ...]) -> list[str]:
    return [
        random.choice(patterns).format(
            thing=random.choice(_THINGS), day=random.choice(_DAYS), number=random.randrange(10_000, 99_999)
        )
        for _ in range(SENTENCES)
    ]
