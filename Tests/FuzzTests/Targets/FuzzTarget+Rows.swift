import Foundation
import GRDB
import RotationCore

@testable import RotationEngine

extension FuzzTarget {
    /// A rotation's row with anything in any column: read, or refused with an error.
    static let rows = FuzzTarget("rows") { bytes in
        let cells = bytes.split(separator: 0, maxSplits: 13, omittingEmptySubsequences: false)
        var values = [UInt8](repeating: 0, count: 14).map { _ in DatabaseValue.null }
        for (index, cell) in cells.enumerated() { values[index] = value(of: cell) }
        do {
            let row = try database.get().read { database in
                try Row.fetchOne(
                    database.cachedStatement(sql: "SELECT ?,?,?,?,?,?,?,?,?,?,?,?,?,?"),
                    arguments: StatementArguments(values))
            }
            guard let row else { return "there is no row" }
            _ = try? RotationSummary(row: row)
            return try? roundTrip(Rotation(row: row))
        } catch { return "the row can't be made: \(error)" }
    }

    private static let database = Result { try DatabaseQueue() }

    /// The first byte is the type.
    private static func value(of cell: ArraySlice<UInt8>) -> DatabaseValue {
        let text = String(decoding: cell.dropFirst(), as: UTF8.self)
        switch cell.first {
        case UInt8(ascii: "i")?: return (Int64(text) ?? .max).databaseValue
        case UInt8(ascii: "b")?: return Data(cell.dropFirst()).databaseValue
        case UInt8(ascii: "r")?: return (Double(text) ?? .infinity).databaseValue
        case UInt8(ascii: "t")?: return text.databaseValue
        default: return .null
        }
    }

    /// What was read means the same after it is written, and its times can be reckoned with.
    private static func roundTrip(_ rotation: Rotation) throws -> String? {
        let body = try JSONDecoder().decode(
            RotationBody.self, from: Data(rotation.encodedBody().utf8))
        guard body == rotation.body else { return "the body changes on its way" }
        let plan = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(rotation.plan))
        guard plan == rotation.plan else { return "the plan changes on its way" }
        _ = rotation.nextAt + plan.overlap + plan.watch
        _ = rotation.nextAt.since(rotation.startedAt).description
        return nil
    }
}
