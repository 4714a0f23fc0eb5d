"""Change how the product looks and writes for one person."""

from django.db import transaction

from organisation.models import User
from organisation.services import trail

LOOKS = ("number_style", "date_style", "theme", "density")


@transaction.atomic
def change_looks(
    *,
    person: User,
    number_style: str,
    date_style: str,
    theme: str,
    density: str,
    by: User | None,
    path: str,
) -> bool:
    """Keep a person's style of numbers and days, theme and density; say whether any changed."""
    wanted = dict(zip(LOOKS, (number_style, date_style, theme, density), strict=True))
    locked = User.objects.select_for_update().get(pk=person.pk)
    held = {name: getattr(locked, name) for name in LOOKS}
    other = [name for name in LOOKS if held[name] != wanted[name]]
    if not other:
        return False
    for name in other:
        setattr(locked, name, wanted[name])
    locked.save(update_fields=other)
    trail.record(
        actor=by,
        path=path,
        action="change_looks",
        subject_kind="person",
        subject_key=locked.email,
        before={name: held[name] for name in other},
        after={name: wanted[name] for name in other},
    )
    return True
