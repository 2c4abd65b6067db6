import Foundation

/// One row of the table.
struct Figure {
    let name: String
    let measured: String
    let aim: String?
    let isMet: Bool
    let note: String

    init(
        _ name: String, _ measured: String, aim: String? = nil, isMet: Bool = true,
        note: String = ""
    ) {
        self.name = name
        self.measured = measured
        self.aim = aim
        self.isMet = isMet
        self.note = note
    }
}

/// What is printed.
enum Report {
    static func line(_ text: String = "") { print(text) }

    /// To standard error, so that the table can be kept alone.
    static func progress(_ text: String) {
        FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
    }

    static func table(_ figures: [Figure]) {
        let rows =
            [["FIGURE", "MEASURED", "FIRST AIM", "MET", "NOTE"]]
            + figures.map { one in
                [
                    one.name, one.measured, one.aim ?? "-",
                    one.aim == nil ? "-" : one.isMet ? "yes" : "no", one.note,
                ]
            }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column < 4
                    ? cell.padding(toLength: widths[column], withPad: " ", startingAt: 0) : cell
            }
            line(cells.joined(separator: "  "))
        }
    }
}

extension Double {
    /// Three digits that matter.
    var short: String {
        switch abs(self) {
        case 100...: String(format: "%.0f", self)
        case 10...: String(format: "%.1f", self)
        default: String(format: "%.2f", self)
        }
    }
}

extension [Double] {
    /// The middle one; of an even number, the lower.
    var median: Double { isEmpty ? 0 : sorted()[(count - 1) / 2] }
}
