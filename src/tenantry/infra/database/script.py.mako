"""${message[:1].upper()}${message[1:]}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

% for line in imports:
${line}
% endfor

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    ${upgrades}
