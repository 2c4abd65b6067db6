import GRDB
public import RotationCore

extension Journal {
    /// What people should know of a client, or of all, the latest first; seen since `moment`.
    ///
    /// Empty in a journal that no run has moved forward yet.
    public func notices(of client: ClientName? = nil, since moment: Instant? = nil) throws
        -> [Notice]
    {
        try reading { database in
            guard try database.tableExists("notice") else { return [] }
            return try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT client, rotation, kind, subject, words, first_at, last_at, count
                        FROM notice WHERE (?1 IS NULL OR client = ?1)
                            AND (?2 IS NULL OR last_at >= ?2)
                        ORDER BY last_at DESC, kind, subject
                        """), arguments: [client?.rawValue, moment?.milliseconds]
            ).compactMap(Notice.init(row:))
        }
    }

    /// The addresses that a client's tokens were fetched from.
    func addresses(of client: ClientName) throws -> Set<String> {
        try reading { database in
            Set(
                try String.fetchAll(
                    database.cachedStatement(sql: "SELECT address FROM address WHERE client = ?"),
                    arguments: [client.rawValue]))
        }
    }
}

extension Notice {
    /// nil for a kind that a newer version knows.
    fileprivate init?(row: Row) throws {
        guard let kind = Kind(rawValue: try row.cell(2)) else { return nil }
        try self.init(
            client: ClientName(rawValue: row.cell(0)), rotation: RotationID(rawValue: row.cell(1)),
            kind: kind, subject: row.cell(3), words: row.cell(4),
            firstAt: Instant(milliseconds: row.cell(5)),
            lastAt: Instant(milliseconds: row.cell(6)), count: row.cell(7))
    }

    /// The same log is read again and again, so within a rotation the largest count is the count.
    fileprivate func upsert(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO notice
                    (client, kind, subject, rotation, words, first_at, last_at, count)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (client, kind, subject) DO UPDATE SET
                    first_at = iif(rotation = excluded.rotation,
                        min(first_at, excluded.first_at), excluded.first_at),
                    count = iif(rotation = excluded.rotation,
                        max(count, excluded.count), excluded.count),
                    last_at = max(last_at, excluded.last_at), words = excluded.words,
                    rotation = excluded.rotation
                """
        ).execute(arguments: [
            client.rawValue, kind.rawValue, subject, rotation.rawValue, words,
            firstAt.milliseconds, lastAt.milliseconds, count,
        ])
    }
}

extension ClientName {
    /// How many notices of one kind are kept of a client; the longest unseen are forgotten.
    private static let noticeLimit = 500

    /// Keeps what was noticed, however many names somebody makes up.
    func note(notices: [Notice], _ database: Database) throws {
        guard !notices.isEmpty else { return }
        for notice in notices { try notice.upsert(database) }
        try database.cachedStatement(
            sql: """
                DELETE FROM notice WHERE client = ?1 AND (kind, subject) NOT IN
                    (SELECT kind, subject FROM
                        (SELECT kind, subject, row_number() OVER (
                            PARTITION BY kind ORDER BY last_at DESC, subject) AS place
                        FROM notice WHERE client = ?1)
                    WHERE place <= \(Self.noticeLimit))
                """
        ).execute(arguments: [rawValue])
    }

    /// How many addresses are remembered of a client; the longest unseen are forgotten.
    private static let addressLimit = 500

    func note(addresses: [String: Instant], _ database: Database) throws {
        guard !addresses.isEmpty else { return }
        for (address, moment) in addresses.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(
                sql: """
                    INSERT INTO address (client, address, last_at) VALUES (?, ?, ?)
                    ON CONFLICT (client, address) DO UPDATE SET
                        last_at = max(last_at, excluded.last_at)
                    """
            ).execute(arguments: [rawValue, address, moment.milliseconds])
        }
        try database.cachedStatement(
            sql: """
                DELETE FROM address WHERE client = ?1 AND address NOT IN
                    (SELECT address FROM address WHERE client = ?1
                    ORDER BY last_at DESC, address LIMIT \(Self.addressLimit))
                """
        ).execute(arguments: [rawValue])
    }
}
