"""Count the ranks of what is stored: what each person's tally stands for, then blocks of keys.

A closed round is counted as it was before the close, which is what undoing it would show.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

EACH = 700  # people in a block
PROVISIONAL = """
    SELECT r.contest_id, r.number AS round_number, coalesce(c.before, r.generation) AS generation
    FROM round r
    LEFT JOIN round_close c ON c.round_id = r.id AND c.state = 'done'
    UNION ALL
    SELECT k.id, 0, coalesce(
        (SELECT max(c.whole_before) FROM round_close c JOIN round r ON r.id = c.round_id
         WHERE r.contest_id = k.id AND c.state = 'done' AND c.whole_generation = k.generation),
        k.generation)
    FROM contest k
"""
TALLIED = """
    UPDATE tally SET (rank_key, division) = (
        SELECT s.rank_key, s.division FROM standing s
        WHERE s.contest_id = tally.contest_id AND s.round_number = tally.round_number
        AND s.person_id = tally.person_id AND s.generation = :generation AND s.rank IS NULL
    ) WHERE contest_id = :contest_id AND round_number = :round_number
"""
BLOCKS = """
    INSERT INTO rank_count (contest_id, round_number, division, from_key, people)
    SELECT contest_id, round_number, division,
        CASE WHEN first = 1 THEN :empty ELSE rank_key END,
        lead(first, 1, total + 1) OVER (
            PARTITION BY contest_id, round_number, division ORDER BY first) - first
    FROM (
        SELECT contest_id, round_number, division, rank_key, total, min(first) AS first FROM (
            SELECT contest_id, round_number, division, rank_key,
                count(*) OVER (PARTITION BY contest_id, round_number, division) AS total,
                rank() OVER (
                    PARTITION BY contest_id, round_number, division ORDER BY rank_key) AS first,
                row_number() OVER (
                    PARTITION BY contest_id, round_number, division ORDER BY rank_key) AS number
            FROM (
                SELECT contest_id, round_number, 0 AS division, rank_key FROM tally
                WHERE rank_key IS NOT NULL
                UNION ALL
                SELECT contest_id, round_number, division, rank_key FROM tally
                WHERE rank_key IS NOT NULL AND division IS NOT NULL
            ) AS counted
        ) AS ordered
        WHERE number % :each = 1
        GROUP BY contest_id, round_number, division, rank_key, total
    ) AS starts
"""


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text(PROVISIONAL)).mappings().all():
        connection.execute(sa.text(TALLIED), dict(row))
    connection.execute(
        sa.text(BLOCKS).bindparams(sa.bindparam("empty", type_=sa.LargeBinary())),
        {"empty": b"", "each": EACH},
    )


def downgrade() -> None:
    """Leave the counts: the version before fills them again."""
    op.execute("DELETE FROM rank_count")
