"""What nobody needs any more after a time: marks of what came in, alerts that are over, spent keys, ended sessions."""

from datetime import timedelta

from sqlalchemy import delete

from core import pressed
from core.desk import Desk
from core.models import Alert, Received, SignIn, SignInLink

_REMEMBERED = timedelta(days=30)
"""How long what came in is remembered to know a repeat, and what teams were called for."""


def forget_old(desk: Desk) -> None:
    """Removes all of it."""
    desk.execute(delete(Received).where(Received.at < desk.now - _REMEMBERED))
    desk.execute(delete(Alert).where(Alert.over_at < desk.now - _REMEMBERED))
    desk.execute(delete(SignIn).where(SignIn.expires_at < desk.now))
    desk.execute(delete(SignInLink).where(SignInLink.expires_at < desk.now))
    pressed.forget_expired(desk)
