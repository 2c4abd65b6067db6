/// Columns as wide as their widest cell.
struct Table: Sendable {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let gap = column == row.count - 1 ? 0 : widths[column] - cell.count + 2
                return cell + String(repeating: " ", count: gap)
            }.joined()
        }
    }
}
