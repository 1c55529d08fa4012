"""What may be said to other members: words, links, repeats and who is kept out."""

from typing import Any

import pytest

from holdfast.members import Member, MemberRefusedError
from holdfast.members.safety import Rule, RuleKind, SafetySettings
from holdfast.members.safety.repeats import SHORT_CHARACTERS, TEXTS_MAX, WITHIN_SECONDS, Repeats
from holdfast.members.safety.rules import Ruleset, checked_value, hosts_in, problem_of, ruleset

NOW = 1_790_000_000_000
ANN = Member(id="mem_1", kind="member", created_at=NOW - 100 * 86_400_000)
NEW = Member(id="mem_2", kind="member", created_at=NOW - 1000)
GUEST = Member(id="mem_3", kind="guest", created_at=NOW - 100 * 86_400_000)
EVERYONE = SafetySettings(links="everyone")


def rules(*given: tuple[RuleKind, str]) -> Ruleset:
    return ruleset(
        Rule(id=f"rul_{number}", kind=kind, value=checked_value(kind, value), created_at=0, created_by="x")
        for number, (kind, value) in enumerate(given)
    )


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("see https://Shop.Example/a?b#c", ["shop.example"]),
        ("see www.shop.example.", ["www.shop.example"]),
        ("see bad.example/free", ["bad.example"]),
        ("https://good.example@bad.example:8080/x", ["bad.example"]),
        ("https://bücher.example", ["xn--bcher-kva.example"]),
        ("three. two. one", []),
        ("at 10.30 or e.g. later", []),
        ("", []),
    ],
)
def test_links_are_seen_for_where_they_lead(text: str, hosts: list[str]) -> None:
    assert hosts_in(text) == hosts


@pytest.mark.parametrize(
    "text",
    [
        "https://bad.example",
        "HTTPS://WWW.BAD.EXAMPLE/x",
        "http://deep.down.bad.example/",
        "b\u200bad.example/x",
        "https://good.example@bad.example/",
    ],
)
def test_a_barred_domain_bars_all_below_it(text: str) -> None:
    assert problem_of(text, ANN, rules(("domain", "https://www.bad.example/")), EVERYONE, NOW)


@pytest.mark.parametrize("text", ["https://notbad.example", "bad example", "https://bad.example.org"])
def test_other_domains_are_not_meant(text: str) -> None:
    assert not problem_of(text, ANN, rules(("domain", "bad.example")), EVERYONE, NOW)


def test_a_word_is_a_whole_word_however_it_is_written() -> None:
    barred = rules(("word", "Free  Coins"), ("word", "x.*"), ("word", "$$$"))
    assert problem_of("big $$$!", ANN, barred, EVERYONE, NOW)
    assert problem_of("get FREE coins!", ANN, barred, EVERYONE, NOW)
    assert problem_of("get fr\u00adee coins", ANN, barred, EVERYONE, NOW)
    assert not problem_of("carefree coins", ANN, barred, EVERYONE, NOW)
    assert not problem_of("xyz", ANN, barred, EVERYONE, NOW)


def test_who_may_send_links_is_a_setting() -> None:
    def allowed(member: Member, **settings: Any) -> bool:
        return not problem_of("https://a.example", member, Ruleset(), SafetySettings(**settings), NOW)

    assert [allowed(each, links="everyone") for each in (ANN, NEW, GUEST)] == [True, True, True]
    assert [allowed(each, links="members") for each in (ANN, NEW, GUEST)] == [True, True, False]
    assert [allowed(each, links="settled") for each in (ANN, NEW, GUEST)] == [True, False, False]
    assert allowed(NEW, links="settled", new_hours=0)
    assert not problem_of("Hello", GUEST, Ruleset(), SafetySettings(links="settled"), NOW)


def test_addresses_and_networks_are_barred() -> None:
    barred = rules(("email", "Eve@bad.example"), ("email", "@spam.example"), ("network", "192.0.2.7/24"))
    assert barred.bars_email("EVE@bad.example")
    assert barred.bars_email("anybody@spam.example")
    assert not barred.bars_email("ann@bad.example")
    assert barred.bars_address("192.0.2.200")
    assert barred.bars_address("::ffff:192.0.2.200")
    assert not barred.bars_address("192.0.3.1")
    assert not barred.bars_address("unknown")
    assert not barred.bars_address("2001:db8::1")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "no address"),
        ("email", "@"),
        ("network", "0.0.0.0/0"),
        ("network", "::/0"),
        ("network", "nowhere"),
        ("domain", "com"),
        ("domain", "a b"),
        ("domain", "<script>"),
        ("word", " \u200b "),
        ("word", "x" * 300),
    ],
)
def test_what_is_no_rule_is_refused(kind: RuleKind, value: str) -> None:
    with pytest.raises(MemberRefusedError):
        checked_value(kind, value)


def test_the_same_words_to_many_are_noticed(clock: Any) -> None:
    repeats = Repeats(clock)
    text = "Buy my wonderful kelp, only today"
    assert not any(repeats.is_too_many("mem_1", f"thr_{number}", text, 3) for number in range(3))
    assert repeats.is_too_many("mem_1", "thr_9", f"  {text.upper()} ", 3)
    assert not repeats.is_too_many("mem_1", "thr_1", text, 3), "where it was said already it may be repeated"
    assert not repeats.is_too_many("mem_2", "thr_9", text, 3)
    clock.seconds += WITHIN_SECONDS + 1
    assert not repeats.is_too_many("mem_1", "thr_9", text, 3)


def test_short_words_are_said_by_everybody(clock: Any) -> None:
    repeats = Repeats(clock)
    assert not any(repeats.is_too_many("mem_1", f"thr_{number}", "Hello!", 1) for number in range(5))


def test_what_is_remembered_is_bounded(clock: Any) -> None:
    repeats = Repeats(clock)
    for number in range(TEXTS_MAX + 10):
        repeats.is_too_many("mem_1", "thr_1", f"{number:0{SHORT_CHARACTERS}}", 1)
    assert len(repeats._seen) == TEXTS_MAX


@pytest.mark.parametrize(
    "text", ["a." * 4000, "www." * 1000, "http://" * 600, "@" * 4000, "x" * 4000, "a-." * 1300]
)
def test_a_costly_text_costs_little(text: str) -> None:
    barred = rules(*[("word", f"word{number}") for number in range(500)], ("domain", "bad.example"))
    problem_of(text, ANN, barred, EVERYONE, NOW)
