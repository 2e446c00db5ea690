-- Every record and fact, word for word: nothing is lost of what no column below knows.
CREATE TABLE records (
    repository text NOT NULL DEFAULT '',
    kind       text NOT NULL,
    id         text NOT NULL,
    at         timestamptz NOT NULL,
    ended      text COLLATE "C" NOT NULL DEFAULT '',
    task       text,
    schema     bigint NOT NULL,
    record     json NOT NULL
);
CREATE UNIQUE INDEX records_once ON records (repository, id, (kind = 'run'));
CREATE INDEX records_newest ON records (kind, at DESC);
CREATE INDEX records_of_repository ON records (repository, kind, at DESC);
CREATE INDEX records_of_task ON records (task, kind, at DESC) WHERE task IS NOT NULL;
CREATE INDEX records_by_id ON records (id);

CREATE TABLE agent_runs (
    repository         text NOT NULL,
    id                 text NOT NULL,
    task               text,
    started            timestamptz,
    ended              timestamptz,
    event              text,
    outcome            text,
    reason             text,
    base               text,
    target             text,
    branch             text,
    commit             text,
    pull               bigint,
    pull_url           text,
    hand               text,
    class              text,
    signature          text,
    files              bigint,
    lines_added        bigint,
    lines_removed      bigint,
    tried              bigint,
    sandbox            text,
    seconds            double precision,
    tokens_input       bigint,
    tokens_output      bigint,
    tokens_cache_read  bigint,
    tokens_cache_write bigint,
    tokens             bigint GENERATED ALWAYS AS (coalesce(tokens_input, 0) + coalesce(tokens_output, 0)
                           + coalesce(tokens_cache_read, 0) + coalesce(tokens_cache_write, 0)) STORED,
    cost_usd           double precision,
    retry_wanted       text,
    version            text,
    PRIMARY KEY (repository, id)
);
CREATE INDEX agent_runs_report ON agent_runs (started, outcome, hand, class, repository) INCLUDE (seconds, tokens, cost_usd);
CREATE INDEX agent_runs_of_repository ON agent_runs (repository, started DESC);
CREATE INDEX agent_runs_of_task ON agent_runs (task, started DESC);
CREATE INDEX agent_runs_of_signature ON agent_runs USING hash (signature);
CREATE INDEX agent_runs_of_pull ON agent_runs (repository, pull) WHERE pull IS NOT NULL;

CREATE TABLE stage_timings (
    repository text NOT NULL,
    id         text NOT NULL,
    stage      text NOT NULL,
    seconds    double precision,
    PRIMARY KEY (repository, id, stage)
);

-- What all tables of facts have.
CREATE TABLE pull_requests (
    repository text NOT NULL,
    id         text NOT NULL,
    at         timestamptz,
    attempt    text,
    task       text,
    actor      text,
    trusted    boolean,
    number     bigint,
    url        text,
    state      text,
    branch     text,
    commit     text,
    hours      double precision,
    edits      text,
    PRIMARY KEY (repository, id)
);
CREATE INDEX pull_requests_of_run ON pull_requests (repository, attempt, at DESC);
CREATE INDEX pull_requests_of_number ON pull_requests (repository, number, at DESC);

CREATE TABLE code_reviews (
    repository           text NOT NULL,
    id                   text NOT NULL,
    at                   timestamptz,
    attempt              text,
    task                 text,
    actor                text,
    trusted              boolean,
    pull                 bigint,
    source               text,
    reviewer             text,
    verdict              text,
    findings             bigint,
    security_findings    bigint,
    performance_findings bigint,
    style_findings       bigint,
    risk_flags           json,
    complexity           double precision,
    tokens_input         bigint,
    tokens_output        bigint,
    cost_usd             double precision,
    PRIMARY KEY (repository, id)
);
CREATE INDEX code_reviews_of_run ON code_reviews (repository, attempt, at DESC);

CREATE TABLE evaluations (
    repository      text NOT NULL,
    id              text NOT NULL,
    at              timestamptz,
    attempt         text,
    task            text,
    actor           text,
    trusted         boolean,
    score           double precision,
    code_quality    double precision,
    test_coverage   double precision,
    maintainability double precision,
    readability     double precision,
    opinion         double precision,
    PRIMARY KEY (repository, id)
);
CREATE INDEX evaluations_of_run ON evaluations (repository, attempt, at DESC);

CREATE TABLE learnings (
    repository text NOT NULL,
    id         text NOT NULL,
    at         timestamptz,
    attempt    text,
    task       text,
    actor      text,
    trusted    boolean,
    key        text,
    lesson     text,
    signature  text,
    class      text,
    hand       text,
    files      json,
    text       text,
    patch      text,
    confidence double precision,
    wins       bigint,
    losses     bigint,
    origin     text,
    retired    boolean,
    PRIMARY KEY (repository, id)
);
CREATE INDEX learnings_of_key ON learnings (repository, key, at DESC);
CREATE INDEX learnings_of_signature ON learnings USING hash (signature);

CREATE TABLE decisions (
    repository text NOT NULL,
    id         text NOT NULL,
    at         timestamptz,
    attempt    text,
    task       text,
    actor      text,
    trusted    boolean,
    about      text,
    choice     text,
    why        text,
    options    json,
    seed       numeric,
    PRIMARY KEY (repository, id)
);
CREATE INDEX decisions_of_run ON decisions (repository, attempt, at DESC);

CREATE TABLE errors (
    repository text NOT NULL,
    id         text NOT NULL,
    at         timestamptz,
    attempt    text,
    task       text,
    actor      text,
    trusted    boolean,
    stage      text,
    message    text,
    PRIMARY KEY (repository, id)
);
CREATE INDEX errors_newest ON errors (at DESC);

CREATE TABLE spend (
    repository    text NOT NULL,
    id            text NOT NULL,
    at            timestamptz,
    attempt       text,
    task          text,
    actor         text,
    trusted       boolean,
    state         text,
    usd           double precision,
    model         text,
    tokens_input  bigint,
    tokens_output bigint,
    PRIMARY KEY (repository, id)
);
CREATE INDEX spend_newest ON spend (at DESC);

-- One row per attempt with what became of it.
CREATE VIEW run_overview AS
SELECT r.*, p.state AS pull_state, p.at AS pull_at, p.hours AS pull_hours, e.score, v.reviews, v.review_findings
FROM agent_runs r
LEFT JOIN LATERAL (
    SELECT state, at, hours FROM pull_requests p
    WHERE p.repository = r.repository AND p.attempt = r.id ORDER BY p.at DESC LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT score FROM evaluations e
    WHERE e.repository = r.repository AND e.attempt = r.id ORDER BY e.at DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS reviews, sum(findings) AS review_findings FROM code_reviews c
    WHERE c.repository = r.repository AND c.attempt = r.id
) v ON true;

-- Sums per day; as of the last `thanos-fix ledger compact`.
CREATE MATERIALIZED VIEW system_stats AS
SELECT repository, (started AT TIME ZONE 'UTC')::date AS day, coalesce(outcome, '') AS outcome,
       coalesce(hand, '') AS hand, coalesce(class, '') AS class, count(*) AS runs, sum(seconds) AS seconds,
       sum(tokens) AS tokens, sum(cost_usd) AS cost_usd
FROM agent_runs
GROUP BY 1, 2, 3, 4, 5;
CREATE UNIQUE INDEX system_stats_once ON system_stats (repository, day, outcome, hand, class);
