import Foundation

/// Start-up, and reading a journal that has grown.
struct StatusBench {
    private let programs: Programs
    private let scratch: Scratch

    init(_ programs: Programs, _ scratch: Scratch) {
        self.programs = programs
        self.scratch = scratch
    }

    func run() throws -> [Figure] { try [startUp(), nothingDue()] + reading() }

    private func startUp() throws -> Figure {
        Report.progress("status of an empty journal ...")
        let place = try Place("empty", programs, scratch)
        let wall = try median(21) { try place.holdover(["status"]) }
        let bare = try median(21) { try place.holdover(["--version"]) }
        return Figure(
            "status, empty journal", "\(wall.short) ms", aim: "15 ms", isMet: wall <= 15,
            note: "the process alone, --version: \(bare.short) ms")
    }

    private func nothingDue() throws -> Figure {
        Report.progress("run with nothing due ...")
        let place = try Place("idle", programs, scratch)
        for number in 0..<10_000 {
            let path = "\(place.plans)/client-\(number).yaml"
            try Self.plan("client-\(number)").write(
                toFile: path, atomically: false, encoding: .utf8)
            chmod(path, 0o600)
        }
        let first = try place.holdover(["run", "--quiet"])
        let wall = try median(9) { try place.holdover(["run", "--quiet"]) }
        return Figure(
            "run, nothing due, 10 000 plan files", "\(wall.short) ms", aim: "60 ms",
            isMet: wall <= 60,
            note: "the first run reads them all: \((first.wall / 1_000).short) s")
    }

    private func reading() throws -> [Figure] {
        Report.progress("status of 100 000 rotations ...")
        let place = try Place("grown", programs, scratch)
        guard try fill(place) else {
            return [
                Figure(
                    "status, 100 000 rotations", "-", note: "neither sqlite3 nor python3 is here")
            ]
        }
        let wall = try median(9) { try place.holdover(["status"]) }
        guard let yardstick = try yardstick(place) else {
            return [
                Figure(
                    "status, 100 000 rotations", "\(wall.short) ms",
                    note: "the sqlite3 command is not here to compare with")
            ]
        }
        let ratio = wall / yardstick
        return [
            Figure(
                "status, 100 000 rotations", "\(wall.short) ms = \(ratio.short) x sqlite3",
                aim: "2 x sqlite3", isMet: ratio <= 2,
                note: "1 000 unfinished; sqlite3 itself \(yardstick.short) ms")
        ]
    }

    private func median(_ runs: Int, _ body: () throws -> Child) rethrows -> Double {
        try (0..<runs).map { _ in try body().wall }.median
    }

    /// The sqlite3 command's time for the same questions.
    private func yardstick(_ place: Place) throws -> Double? {
        let questions = """
            SELECT state, count(*) FROM rotation GROUP BY state;
            SELECT id, client, state, phase, reason, detail, started_at, next_at, ended_at
            FROM rotation WHERE ended_at IS NULL ORDER BY started_at DESC, id DESC;
            SELECT name FROM client WHERE due_at <= 0;
            """
        let version = try? Child.run("sqlite3", ["--version"], place.environment, in: scratch)
        guard version?.code == 0 else { return nil }
        return try median(9) {
            try Child.run(
                "sqlite3", ["-readonly", place.database, questions], place.environment, in: scratch)
        }
    }

    /// Writes the rows as SQL; false where nothing here can.
    private func fill(_ place: Place) throws -> Bool {
        let python =
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())"
        let ways = [
            ("sqlite3", ["-bail", place.database]), ("python3", ["-c", python, place.database]),
        ]
        for (program, arguments) in ways {
            let child = try? Child.run(
                program, arguments, place.environment, in: scratch, input: Self.rows)
            if child?.code == 0 { return true }
        }
        return false
    }

    private static let rows = """
        PRAGMA synchronous=OFF;
        BEGIN;
        INSERT INTO plan (digest, body) VALUES ('bench', '{}');
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO client (name, plan_file, plan_digest, first_seen_at)
            SELECT 'client-' || i, 'bench.yaml', 'bench', 1700000000000 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO rotation (id, client, state, phase, started_at, next_at, ended_at,
                old_credential, new_credential, plan_digest, body)
            SELECT printf('01K%023d', i), 'client-' || (i % 10000 + 1),
                iif(i <= 99000, 'completed', 'running'), iif(i <= 99000, NULL, 'overlap'),
                1700000000000 + i, 1700000000000 + i, iif(i <= 99000, 1700000100000 + i, NULL),
                'old-' || i, 'new-' || i, 'bench',
                '{"trigger":"schedule","phaseSince":1700000000000,"waitingSince":1700000000000,'
                || '"attempt":0,"agreed":0,"baseline":["old"],"creations":1,"isDeleteSent":true,'
                || '"identities":{"server":"okta:https://example.okta.com#0oa1","store:file":'
                || '"file:///run/secrets/billing"},"hooksDone":[]}' FROM n;
        COMMIT;
        """

    private static func plan(_ name: String) -> String {
        """
        client: \(name)
        client_id: \(name)
        server: {type: okta, url: "https://example.okta.com", admin: {token: "env:OKTA_API_TOKEN"}}
        stores: [{type: file, path: /run/secrets/\(name)}]
        soak: 1h
        schedule: {every: 30d}

        """
    }
}
