"""What search engines and previews read of the pages: schema.org as JSON-LD, which no browser runs."""

from typing import Any, Final

import msgspec
from markupsafe import Markup

from holdfast.posts import Hours
from holdfast.posts.hours import DAYS
from holdfast.status.profile.snapshot import PublicPage, PublicPost
from holdfast.status.wording import iso

_CONTEXT: Final = {"@context": "https://schema.org"}
_SAFE: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

Json = dict[str, Any]


def of_business(page: PublicPage, base_url: str) -> Markup:
    profile = page.profile
    found = _CONTEXT | _organization(page, base_url)
    return _script(
        found
        | _told(
            description=profile.text,
            telephone=profile.phone,
            email=profile.email,
            address=" ".join(profile.address.split()),
            sameAs=[link.url for link in profile.links if link.url.startswith("http")],
            openingHoursSpecification=_hours(profile.hours),
        )
    )


def of_post(post: PublicPost, page: PublicPage, base_url: str) -> Markup:
    """A thing with a date is an event; everything else a posting."""
    shared = _told(
        url=f"{base_url}{post.path}",
        image=[f"{base_url}/pictures/{picture.file}" for picture in post.pictures],
    )
    if post.starts_at is not None:
        return _script(
            _CONTEXT
            | {"@type": "Event", "name": post.heading, "startDate": iso(post.starts_at)}
            | _told(
                endDate=iso(post.ends_at) if post.ends_at else "",
                description=post.text,
                location={"@type": "Place", "name": post.place} if post.place else "",
            )
            | {"organizer": _organization(page, base_url)}
            | shared
        )
    return _script(
        _CONTEXT
        | {
            "@type": "SocialMediaPosting",
            "headline": post.heading,
            "datePublished": iso(post.at),
            "dateModified": iso(post.updated_at),
            "author": _organization(page, base_url),
        }
        | _told(articleBody=post.text, sameAs=post.link)
        | shared
    )


def _organization(page: PublicPage, base_url: str) -> Json:
    picture = page.profile.picture
    return {"@type": "LocalBusiness", "name": page.business, "url": f"{base_url}/profile"} | _told(
        image=f"{base_url}/pictures/{picture}" if picture else ""
    )


def _hours(hours: Hours) -> list[Json]:
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{name}",
            "opens": span.opens,
            "closes": "23:59" if span.closes == "24:00" else span.closes,
        }
        for name, spans in zip(DAYS, hours.week, strict=False)
        for span in spans
    ]


def _told(**facts: object) -> Json:
    """Without what is empty."""
    return {name: value for name, value in facts.items() if value}


def _script(document: Json) -> Markup:
    """As the inside of a script element: nothing in it can end that."""
    return Markup(msgspec.json.encode(document).decode().translate(_SAFE))  # noqa: S704 - escaped just here
