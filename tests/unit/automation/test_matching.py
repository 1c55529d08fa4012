"""Which rules act on a message, and what they say."""

import msgspec
import pytest

from holdfast.automation import Actions, Conditions, NewRule, Rule
from holdfast.automation.matching import chosen, fits, has_one
from holdfast.automation.model import Heard, checked, filled
from holdfast.work import WorkRefusedError


def heard(text: str = "Hello", **more: object) -> Heard:
    known = {"channel": "instagram:shop", "is_first": False, "is_open": True, **more}
    return Heard(text=text, **known)  # type: ignore[arg-type]


def rule(name: str, *, enabled: bool = True, stop: bool = False, **when: object) -> Rule:
    return Rule(
        id=name,
        name=name,
        when=Conditions(**when),  # type: ignore[arg-type]
        then=Actions(reply="Yes"),
        enabled=enabled,
        stop=stop,
        position=1,
        used=0,
        used_at=None,
        changed_at=0,
        changed_by="agent:a",
    )


@pytest.mark.parametrize(
    ("text", "words", "stands"),
    [
        ("Where is my REFUND?", ("refund",), True),
        ("The refunded one", ("refund",), False),
        ("Öffnungszeiten bitte", ("offnungszeiten",), True),
        ("what are your  opening\nhours", ("opening hours",), True),
        ("opening the hours", ("opening hours",), False),
        ("请问什么时候退款呢", ("退款",), True),
        ("Straße 5", ("STRASSE",), True),
        ("size 42?", ("42",), True),
        ("size 421", ("42",), False),
        ("c++ please", ("C++",), True),
        ("a.b", ("a?b",), False),
        ("", ("a",), False),
    ],
)
def test_words_are_found_as_people_write_them(text: str, words: tuple[str, ...], *, stands: bool) -> None:
    assert has_one(text, words) is stands


def test_all_conditions_must_hold_and_what_is_empty_holds() -> None:
    assert fits(Conditions(), heard())
    assert fits(Conditions(channels=("sms:shop", "instagram:shop")), heard())
    assert not fits(Conditions(channels=("sms:shop",)), heard())
    assert not fits(Conditions(channels=("instagram:shop",), words=("refund",)), heard())
    assert fits(Conditions(hours="open"), heard())
    assert not fits(Conditions(hours="closed"), heard())
    assert not fits(Conditions(hours="open"), heard(is_open=None))
    assert not fits(Conditions(hours="closed"), heard(is_open=None))
    assert not fits(Conditions(first=True), heard())
    assert fits(Conditions(first=True), heard(is_first=True))
    assert fits(Conditions(labels=("vip", "press")), heard(labels=("press",)))
    assert not fits(Conditions(labels=("vip",)), heard(labels=("press",)))


def test_rules_act_in_their_order_until_one_stops_the_others() -> None:
    rules = [rule("off", enabled=False, stop=True), rule("one"), rule("two", stop=True), rule("three")]
    assert [each.name for each in chosen(rules, heard())] == ["one", "two"]
    assert [each.name for each in chosen([rule("other", words=("no",), stop=True), *rules], heard())] == [
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Hello {{first_name}}!", "Ann", "Hello Ann!"),
        ("Hello {{ first_name }}!", "", "Hello!"),
        ("{{first_name}}, welcome", "Ann", "Ann, welcome"),
        ("Prices {in} braces", "Ann", "Prices {in} braces"),
    ],
)
def test_a_gap_for_which_nothing_is_known_leaves_no_hole(text: str, name: str, said: str) -> None:
    assert filled(text, first_name=name) == said


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"then": Actions()}, "then"),
        ({"then": Actions(reply="x" * 901)}, "then.reply"),
        ({"then": Actions(reply="Hello {{nobody}}")}, "then.reply"),
        ({"then": Actions(reply="Hello", reply_every_hours=0)}, "then.reply_every_hours"),
        ({"when": Conditions(words=tuple(map(str, range(51))))}, "when.words"),
        ({"when": Conditions(words=("x" * 61,))}, "when.words"),
        ({"when": Conditions(labels=tuple(map(str, range(31))))}, "when.labels"),
    ],
)
def test_what_cannot_be_is_refused_and_named(change: dict[str, object], field: str) -> None:
    good = NewRule(name="Refunds", then=Actions(reply="We look at it."))
    with pytest.raises(WorkRefusedError) as refused:
        checked(msgspec.structs.replace(good, **change))
    assert refused.value.field == field


def test_words_are_cleaned() -> None:
    wanted = NewRule(
        name=" Refunds ",
        when=Conditions(words=(" money \0 back ", "", "money back")),
        then=Actions(reply=" Soon. "),
    )
    made = checked(wanted)
    assert (made.name, made.when.words, made.then.reply) == ("Refunds", ("money back",), "Soon.")
