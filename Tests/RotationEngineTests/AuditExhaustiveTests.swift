import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// An audit of ten thousand lines, and everything that can be done to any one of them.
///
/// Each case is read by the reading of `audit verify` itself, begun where the whole reading came to
/// just before the line: what lies in front is the same, and was read once.
@Suite struct AuditExhaustiveTests {
    private static let count = 10_000
    private let home: Home
    private let journal: Journal
    private let rows: [[Data?]]
    /// What the reading had come to before each line, and behind the last.
    private let readings: [AuditReading]

    init() throws {
        home = try Home()
        journal = try home.create()
        try journal.queue.write { database in
            var trail = try AuditTrail(database)
            for number in 1...Self.count {
                let client =
                    number.isMultiple(of: 7) ? nil : ClientName(rawValue: "c\(number % 90)")
                let rotation = client.map { _ in RotationID(rawValue: "01M84J\(number / 12)") }
                try trail.append(
                    AuditEvent("write-ok", ["target": "vault", "operation": "\(number)"]),
                    client: client, rotation: rotation, epoch: Int64(number / 40),
                    at: Home.start + .seconds(Int64(number)), database)
            }
        }
        let casts = AuditReading.columns.map { "CAST(\($0) AS BLOB)" }.joined(separator: ", ")
        let rows = try journal.reading { database in
            try Row.fetchAll(database, sql: "SELECT \(casts) FROM audit ORDER BY sequence")
                .map { row in AuditReading.columns.indices.map { row[$0] as Data? } }
        }
        var (readings, reading) = ([AuditReading()], AuditReading())
        for row in rows where reading.take(row) { readings.append(reading) }
        #expect(readings.count == Self.count + 1)
        #expect(try journal.verifyAudit().head == reading.spelledHead)
        (self.rows, self.readings) = (rows, readings)
    }

    @Test func `every dropped line is named as missing`() {
        for line in 1..<Self.count {
            var reading = readings[line - 1]
            let fits = reading.take(rows[line])
            #expect(!fits)
            for later in rows[line..<min(line + 3, Self.count)] { reading.look(at: later) }
            #expect(reading.fault == .missing && reading.damage == "line \(line) is missing")
        }
    }

    @Test func `every swap of two neighbours is named as out of order`() {
        for line in 1..<Self.count {
            let (first, second) = (rows[line - 1], rows[line])
            var reading = readings[line - 1]
            let fits = reading.take([first[0]] + second.dropFirst())
            #expect(!fits)
            reading.look(at: [second[0]] + first.dropFirst())
            #expect(reading.fault == .outOfOrder)
            #expect(reading.damage == "line \(line) is out of order")
        }
    }

    @Test func `every truncation is named against a checkpoint`() {
        for line in 0..<Self.count {
            let (fault, damage) = readings[line].miss(at: Int64(Self.count))
            #expect(fault == .truncated)
            #expect(damage == "it ends at line \(line) and had come to line \(Self.count)")
        }
    }

    @Test func `every altered byte of every line is named with its line`() async {
        let halves = [1...(Self.count / 2), (Self.count / 2 + 1)...Self.count]
        let flips = await withTaskGroup(of: (flips: Int, missed: [Int]).self) { group in
            for half in halves { group.addTask { flipAll(in: half) } }
            return await group.reduce(into: (0, [Int]())) { total, part in
                total.0 += part.flips
                total.1 += part.missed
            }
        }
        #expect(flips.1 == [], "lines with an altered byte that was not named")
        #expect(flips.0 > 1_000_000)
    }

    private func flipAll(in lines: ClosedRange<Int>) -> (flips: Int, missed: [Int]) {
        var (flips, missed) = (0, [Int]())
        for line in lines {
            let named: Set = ["line \(line) was altered", "line \(line) is missing"]
            for (column, field) in rows[line - 1].enumerated() {
                guard let field else { continue }
                for index in field.indices {
                    var altered = rows[line - 1]
                    // Each bit has its turn.
                    altered[column]?[index] ^= 1 << UInt8((index + line) % 8)
                    var reading = readings[line - 1]
                    let fits = reading.take(altered)
                    if fits || !named.contains(reading.damage ?? "") { missed.append(line) }
                    flips += 1
                }
            }
        }
        return (flips, missed)
    }
}
