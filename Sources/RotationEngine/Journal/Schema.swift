import GRDB
import RotationCore

/// The journal's tables.
///
/// The state law stands here a second time, where no code can go round it. JSON is only checked for
/// its first character: with `trusted_schema=OFF` SQLite 3.40 allows no `json_valid` in a CHECK.
enum Schema {
    /// "Hold" in ASCII, so that `file` and we ourselves know the database.
    static let applicationID = 0x486F_6C64

    /// Migrations only go forward, each in a transaction; released ones are never edited.
    static let migrations: [String] = [first, second, third, fourth, fifth, alerts, seventh]

    static func quoted(_ words: [String]) -> String {
        words.map { "'\($0)'" }.joined(separator: ", ")
    }

    /// Where the anchor lies, outside of the state directory.
    private static let second = "ALTER TABLE setting ADD COLUMN anchor_path TEXT"

    /// How it is known which secret a consumer uses.
    private static let third = """
        ALTER TABLE evidence ADD COLUMN source TEXT NOT NULL DEFAULT 'fingerprint'
        """

    /// What runs counted, how the last one ended, how often each client's plan wants it rotated.
    private static let fourth = """
        CREATE TABLE counter (
            name TEXT NOT NULL,
            labels TEXT NOT NULL CHECK (substr(labels, 1, 1) = '{'),
            value REAL NOT NULL CHECK (value >= 0),
            PRIMARY KEY (name, labels)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE last_run (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            started_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            exit_code INTEGER NOT NULL,
            succeeded_at INTEGER
        ) STRICT;
        ALTER TABLE client ADD COLUMN period INTEGER
        """

    /// What people should know of a client, and where its tokens were fetched from.
    private static let fifth = """
        CREATE TABLE notice (
            client TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            rotation TEXT NOT NULL REFERENCES rotation(id),
            words TEXT NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (client, kind, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX notice_latest ON notice (last_at);

        CREATE TABLE address (
            client TEXT NOT NULL,
            address TEXT NOT NULL,
            last_at INTEGER NOT NULL,
            PRIMARY KEY (client, address)
        ) STRICT, WITHOUT ROWID;
        """

    /// What the last run that looked found of plans, and of rotations that can't be driven.
    private static let seventh = """
        ALTER TABLE last_run ADD COLUMN plans_wrong INTEGER;
        ALTER TABLE last_run ADD COLUMN rotations_failed INTEGER
        """

    private static let first = """
        CREATE TABLE setting (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            database_id TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            key_path TEXT NOT NULL,
            canary BLOB NOT NULL,
            made_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE plan (
            digest TEXT PRIMARY KEY,
            body TEXT NOT NULL CHECK (substr(body, 1, 1) = '{')
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE client (
            name TEXT PRIMARY KEY,
            plan_file TEXT NOT NULL,
            plan_digest TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            due_at INTEGER,
            last_completed_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX client_due ON client (due_at) WHERE due_at IS NOT NULL;

        CREATE TABLE plan_file (
            path TEXT PRIMARY KEY,
            signature TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rotation (
            id TEXT PRIMARY KEY,
            client TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'held', 'completed', 'abandoned')),
            phase TEXT CHECK (phase IN (\(quoted(Phase.allCases.map(\.rawValue))))),
            reason TEXT,
            detail TEXT,
            started_at INTEGER NOT NULL,
            next_at INTEGER NOT NULL,
            ended_at INTEGER,
            old_credential TEXT,
            new_credential TEXT,
            plan_digest TEXT NOT NULL REFERENCES plan(digest),
            body TEXT NOT NULL CHECK (substr(body, 1, 1) = '{'),
            CHECK ((state IN ('completed', 'abandoned')) = (ended_at IS NOT NULL)),
            CHECK ((state IN ('completed', 'abandoned')) = (phase IS NULL)),
            CHECK (state <> 'held' OR reason IS NOT NULL),
            CHECK (coalesce(phase, '') IN ('stage', 'announce', 'ready', 'create', 'withdraw')
                OR state = 'abandoned'
                OR (old_credential IS NOT NULL AND new_credential IS NOT NULL)),
            CHECK (old_credential IS NULL OR new_credential IS NULL
                OR old_credential <> new_credential)
        ) STRICT;
        CREATE UNIQUE INDEX one_live_rotation_per_client ON rotation (client)
            WHERE ended_at IS NULL;
        CREATE INDEX rotation_due ON rotation (next_at) WHERE state = 'running';
        CREATE INDEX rotation_held ON rotation (id) WHERE state = 'held';
        CREATE INDEX rotation_history ON rotation (client, started_at);

        CREATE TABLE operation (
            number INTEGER PRIMARY KEY,
            rotation TEXT NOT NULL REFERENCES rotation(id),
            phase TEXT NOT NULL CHECK (phase IN (\(quoted(Phase.allCases.map(\.rawValue))))),
            kind TEXT NOT NULL
                CHECK (kind IN (\(quoted(Operation.Kind.allCases.map(\.rawValue))))),
            target TEXT NOT NULL,
            label TEXT,
            epoch INTEGER NOT NULL,
            intent_at INTEGER NOT NULL,
            outcome TEXT
                CHECK (outcome IN (\(quoted(Operation.Outcome.allCases.map(\.rawValue))))),
            outcome_at INTEGER,
            detail TEXT,
            CHECK ((outcome IS NULL) = (outcome_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX one_open_operation ON operation (rotation, phase, target)
            WHERE outcome IS NULL;
        CREATE INDEX operation_of ON operation (rotation);

        CREATE TABLE sealed_secret (
            rotation TEXT NOT NULL REFERENCES rotation(id),
            role TEXT NOT NULL CHECK (role IN ('old', 'new')),
            record BLOB NOT NULL,
            sealed_at INTEGER NOT NULL,
            PRIMARY KEY (rotation, role)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE evidence (
            rotation TEXT NOT NULL REFERENCES rotation(id),
            consumer TEXT NOT NULL,
            verdict TEXT NOT NULL,
            detail TEXT NOT NULL,
            reported_at INTEGER,
            taken_at INTEGER NOT NULL,
            PRIMARY KEY (rotation, consumer)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE request (
            number INTEGER PRIMARY KEY,
            rotation TEXT NOT NULL REFERENCES rotation(id),
            kind TEXT NOT NULL,
            words TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            applied_at INTEGER
        ) STRICT;
        CREATE INDEX request_open ON request (rotation) WHERE applied_at IS NULL;

        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            client TEXT,
            rotation TEXT,
            event TEXT NOT NULL,
            body TEXT NOT NULL CHECK (substr(body, 1, 1) = '{'),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE INDEX audit_of ON audit (rotation);
        CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
            WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        """
}
