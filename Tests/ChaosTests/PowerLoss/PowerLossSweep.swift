import Foundation

/// Images of a recording at each of its operations, each one judged.
struct PowerLossSweep: Sendable {
    /// What came of it.
    struct Report: Sendable {
        var images = 0
        var wrong: [String] = []

        mutating func add(_ other: Report) {
            images += other.images
            wrong += other.wrong
        }
    }

    let recording: Recording
    let promised: PromisedStates
    let seed: UInt64
    /// How many images at each operation.
    private let counts: [Int]

    /// About `images` of them in all.
    init(_ recording: Recording, promised: PromisedStates? = nil, images: Int, seed: UInt64) {
        self.recording = recording
        self.promised = promised ?? PromisedStates(recording)
        self.seed = seed
        counts = Self.counts(of: recording, images: images)
    }

    /// Where all is durable there is one image only; the others share what is left over.
    private static func counts(of recording: Recording, images: Int) -> [Int] {
        var disk = WeakDisk(recording.beginning)
        let isDurable = recording.operations.map { operation in
            disk.apply(operation)
            return disk.isDurable
        }
        let durable = isDurable.count { $0 }
        let rest = isDurable.count - durable
        let plain = min(durable, images / 5)
        func share(_ place: Int, _ whole: Int, _ all: Int) -> Int {
            all == 0 ? 0 : (place + 1) * whole / all - place * whole / all
        }
        var (durables, others) = (0, 0)
        return isDurable.map { isDurable in
            defer { if isDurable { durables += 1 } else { others += 1 } }
            return isDurable
                ? share(durables, plain, durable) : share(others, images - plain, rest)
        }
    }

    /// Judges every image, on two threads, with files in `place`; or until one is found wrong.
    func run(in place: String, untilWrong: Bool = false) async throws -> Report {
        try await withThrowingTaskGroup(of: Report.self) { group in
            for part in 0..<2 {
                group.addTask { try run(part, of: 2, in: "\(place)/\(part)", untilWrong) }
            }
            var report = Report()
            for try await part in group {
                report.add(part)
                if untilWrong, !report.wrong.isEmpty { group.cancelAll() }
            }
            return report
        }
    }

    private func run(_ part: Int, of parts: Int, in place: String, _ untilWrong: Bool) throws
        -> Report
    {
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var judge = ImageJudge(promised, root: recording.root, place: place)
        var disk = WeakDisk(recording.beginning)
        var report = Report()
        for (index, operation) in recording.operations.enumerated() {
            disk.apply(operation)
            if Task.isCancelled || untilWrong && !report.wrong.isEmpty { break }
            guard index % parts == part else { continue }
            let own = seed &+ UInt64(index) &* 7_919
            var dice = SeededGenerator(seed: own)
            let first = Int.random(in: 0..<8, using: &dice)
            for number in 0..<counts[index] {
                let manners = WeakDisk.Manner.allCases
                let manner = manners[(first + number) % manners.count]
                let image = disk.image(manner, &dice)
                report.images += 1
                for fault in try judge.faults(of: image, after: index + 1) {
                    report.wrong.append("operation \(index), \(manner), seed \(own): \(fault)")
                }
            }
        }
        return report
    }
}
