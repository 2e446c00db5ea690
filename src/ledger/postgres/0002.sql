-- Of a pull request the most final word counts, and of two alike the later: clocks differ.
CREATE OR REPLACE VIEW run_overview AS
SELECT r.*, p.state AS pull_state, p.at AS pull_at, p.hours AS pull_hours, e.score, v.reviews, v.review_findings
FROM agent_runs r
LEFT JOIN LATERAL (
    SELECT state, at, hours FROM pull_requests p
    WHERE p.repository = r.repository AND p.attempt = r.id
    ORDER BY CASE p.state WHEN 'reverted' THEN 3 WHEN 'merged' THEN 2 WHEN 'closed' THEN 1 WHEN 'reopened' THEN 1 ELSE 0 END DESC,
             p.at DESC LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT score FROM evaluations e
    WHERE e.repository = r.repository AND e.attempt = r.id ORDER BY e.at DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS reviews, sum(findings) AS review_findings FROM code_reviews c
    WHERE c.repository = r.repository AND c.attempt = r.id
) v ON true;
