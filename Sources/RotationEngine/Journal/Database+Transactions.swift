import GRDB

/// Transactions whose statements are prepared once: GRDB's own are prepared anew each time, which
/// takes as long as what a small one does.
extension Database {
    /// Runs `body` in a transaction that has the right to write from its beginning.
    func writing<Result>(_ body: () throws -> Result) throws -> Result {
        try between("BEGIN IMMEDIATE", "COMMIT", body)
    }

    /// Runs `body` in one snapshot, and leaves nothing of what it did.
    func looking<Result>(_ body: () throws -> Result) throws -> Result {
        try between("BEGIN DEFERRED", "ROLLBACK", body)
    }

    /// Runs `body` so that it is kept as a whole or not at all, inside of a transaction.
    func apart<Result>(_ body: () throws -> Result) throws -> Result {
        try cachedStatement(sql: "SAVEPOINT entry").execute()
        do {
            let result = try body()
            try cachedStatement(sql: "RELEASE entry").execute()
            return result
        } catch {
            // An error of the disk ends the whole transaction by itself.
            if isInsideTransaction {
                try cachedStatement(sql: "ROLLBACK TO entry").execute()
                try cachedStatement(sql: "RELEASE entry").execute()
            }
            throw error
        }
    }

    /// Which run has the journal.
    func epoch() throws -> Int64 {
        let statement = try cachedStatement(sql: "SELECT epoch FROM setting")
        guard let epoch = try Int64.fetchOne(statement) else {
            throw JournalFailure(.damaged, "the journal has lost its settings")
        }
        return epoch
    }

    private func between<Result>(_ begin: String, _ end: String, _ body: () throws -> Result) throws
        -> Result
    {
        try cachedStatement(sql: begin).execute()
        do {
            let result = try body()
            try cachedStatement(sql: end).execute()
            return result
        } catch {
            if isInsideTransaction { try cachedStatement(sql: "ROLLBACK").execute() }
            throw error
        }
    }
}
