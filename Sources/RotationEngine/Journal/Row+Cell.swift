import GRDB

extension Row {
    /// What the column holds; throws where a damaged or altered file holds something else there.
    ///
    /// GRDB's subscripts end the process instead, and a column's type is only checked on the way
    /// in: SQLite believes the file.
    func cell<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws
        -> Value
    {
        do { return try decode(atIndex: index) } catch { throw Self.damaged }
    }

    /// The same by the column's name.
    func cell<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ name: String) throws
        -> Value
    {
        do { return try decode(forColumn: name) } catch { throw Self.damaged }
    }

    private static var damaged: JournalFailure {
        JournalFailure(.damaged, "a row of the journal holds what it can't")
    }
}
