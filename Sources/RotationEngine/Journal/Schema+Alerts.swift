import RotationCore

extension Schema {
    /// What people are told, and what of it has arrived.
    static let alerts = """
        CREATE TABLE alert (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN (\(quoted(AlertEpisode.State.allCases.map(\.rawValue))))),
            runs INTEGER NOT NULL CHECK (runs > 0),
            body TEXT NOT NULL CHECK (substr(body, 1, 1) = '{'),
            fired_at INTEGER,
            resolved_at INTEGER,
            CHECK (state = 'pending' OR fired_at IS NOT NULL),
            CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX one_open_alert ON alert (kind, subject) WHERE state <> 'resolved';
        CREATE INDEX alert_over ON alert (resolved_at) WHERE state = 'resolved';

        CREATE TABLE delivery (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            alert INTEGER NOT NULL REFERENCES alert(number),
            channel TEXT NOT NULL,
            event TEXT NOT NULL
                CHECK (event IN (\(quoted(AlertEvent.allCases.map(\.rawValue))))),
            made_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN (\(quoted(Delivery.State.allCases.map(\.rawValue))))),
            ended_at INTEGER,
            problem TEXT,
            CHECK ((state = 'queued') = (ended_at IS NULL))
        ) STRICT;
        CREATE INDEX delivery_of ON delivery (alert, channel);
        CREATE INDEX delivery_queued ON delivery (number) WHERE state = 'queued';
        """
}
