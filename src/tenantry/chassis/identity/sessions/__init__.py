"""Sessions: an opaque token in a cookie, its hash in the database, ended at once by deleting the row.

The token changes every few hours. One that was replaced is good only as long as its successor may not have arrived; used
later it was copied, and the whole session ends.
"""

from tenantry.chassis.identity.sessions.actions import begin_session, end_other_sessions, end_session, forget_ended
from tenantry.chassis.identity.sessions.cookie import SessionCookie

__all__ = ["SessionCookie", "begin_session", "end_other_sessions", "end_session", "forget_ended"]
