import Foundation
import ProcessTesting
import Testing

/// Invariant 12 with the real command: journals from earlier moments, none at all, and wrong keys.
///
/// One rotation is taken through its steps; whatever was can be put back at whatever comes later.
@Suite(.serialized)
struct RestoredStateTests {
    /// The moments of a rotation; the first two lie before its first step.
    private static let moments = [
        "init", "start", "generate", "distribute", "verify", "revoke", "monitor",
    ]

    private static func advance(_ lone: LoneClient, to moment: String) async throws {
        switch moment {
        case "init": break
        case "start": try await lone.succeed("start", LoneClient.id)
        default: try await lone.succeed("run", "--wait", "60s", "--until", moment)
        }
    }

    /// What the state directory holds.
    private typealias Image = [String: Data]

    private static func image(_ lone: LoneClient) throws -> Image {
        let directory = lone.bench.stateDirectory
        var image: Image = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            image[name] = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
        return image
    }

    private static func put(_ image: Image, _ lone: LoneClient) throws {
        let directory = lone.bench.stateDirectory
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
        for (name, data) in image { try write(data, to: "\(directory)/\(name)") }
    }

    private static func write(_ data: Data, to path: String) throws {
        let options: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let isMade = FileManager.default.createFile(
            atPath: path, contents: data, attributes: options)
        try #require(isMade, "\(path)")
    }

    @Test(.timeLimit(.minutes(10)), arguments: PracticeServerProcess.Dialect.golden)
    func `every earlier journal is refused at every later moment, and nothing is touched`(
        dialect: PracticeServerProcess.Dialect
    ) async throws {
        try await Workbench.open { bench in
            let lone = try await LoneClient(on: bench, dialect)
            var images: [Image] = []
            var refused = 0
            for moment in Self.moments {
                try await Self.advance(lone, to: moment)
                let present = try Self.image(lone)
                let before = try await lone.surroundings()
                let earlier = Array(zip(Self.moments, images)).shuffled()
                for (earlier, image) in earlier.prefix(ProcessSettings.images) {
                    try Self.put(image, lone)
                    try await Self.expectFrozen(lone, "\(earlier) at \(moment)")
                    #expect(try await lone.surroundings() == before, "\(earlier) at \(moment)")
                    refused += 1
                }
                try Self.put(present, lone)
                images.append(present)
            }
            #expect(refused == (0...6).reduce(0) { $0 + min($1, ProcessSettings.images) })
            #expect(try await lone.rotation().state == "completed")
            try await lone.judge("at the end")
        }
    }

    private static func expectFrozen(_ lone: LoneClient, _ story: Comment) async throws {
        let database = try image(lone)["holdover.sqlite"]
        for arguments in [["run"], ["start", LoneClient.id], ["hold", LoneClient.id]] {
            try await lone.refuse(arguments, exit: 12, "journal-older-than-world", story)
        }
        let status = try await lone.succeed("status")
        #expect(status.output.hasPrefix("frozen: "), story)
        let looked = try await lone.holdover.run(["recover"])
        #expect(looked.exit == 20, "\(story): \(looked)")
        #expect(try image(lone)["holdover.sqlite"] == database, story)
    }

    @Test(.timeLimit(.minutes(30)))
    func `whatever was put back, a person leads out of it, and nobody is locked out`() async throws
    {
        let pairs = Self.moments.indices.flatMap { later in (0..<later).map { ($0, later) } }
        for (earlier, later) in pairs.shuffled().prefix(ProcessSettings.recoveries) {
            let story = "\(Self.moments[earlier]) at \(Self.moments[later])"
            try await Workbench.open { bench in
                let lone = try await LoneClient(on: bench)
                for moment in Self.moments[...earlier] { try await Self.advance(lone, to: moment) }
                let image = try Self.image(lone)
                for moment in Self.moments[(earlier + 1)...later] {
                    try await Self.advance(lone, to: moment)
                }
                try Self.put(image, lone)
                try await Self.recover(lone, story)
            }
        }
    }

    private static func recover(_ lone: LoneClient, _ story: String) async throws {
        let before = try await lone.surroundings()
        try await lone.succeed("recover", "--accept", "--reason", "restored")
        #expect(try await lone.surroundings() == before, "\(story)")
        let run = try await lone.holdover.run(["run", "--wait", "60s"])
        #expect([0, 20].contains(run.exit), "\(story): \(run)")
        #expect(try await lone.surroundings() == before, "\(story): \(run)")
        if run.exit == 20 {
            #expect(run.errors.contains("[recovered]"), "\(story): \(run)")
            try await lone.succeed("resume", LoneClient.id)
            // What it doesn't know it holds again; it never guesses.
            let again = try await lone.holdover.run(["run", "--wait", "60s"])
            #expect([0, 20].contains(again.exit), "\(story): \(again)")
        }
        let secret = try lone.stored()
        let status = try await lone.server.tokenStatus(lone.dialect, LoneClient.id, secret)
        #expect(status == 200, "\(story): \(run)")
        let counts = try lone.consumer.stats()
        #expect(counts.failed == 0, "\(story): \(counts)")
        try await lone.succeed("audit", "verify")
    }

    @Test(.timeLimit(.minutes(10)))
    func `without its journal or its key nothing moves, at any moment`() async throws {
        try await Workbench.open { bench in
            let lone = try await LoneClient(on: bench)
            // A journal that no run was begun under is as good as none.
            for moment in Self.moments.dropFirst() {
                try await Self.advance(lone, to: moment)
                let before = try await lone.surroundings()
                let present = try Self.image(lone)
                try await Self.expectLost(lone, "\(moment)")
                try Self.put(present, lone)
                try await Self.expectKeyless(lone, "\(moment)")
                #expect(try await lone.surroundings() == before, "\(moment)")
                #expect(try Self.image(lone)["holdover.sqlite"] == present["holdover.sqlite"])
            }
            #expect(try await lone.rotation().state == "completed")
            try await lone.judge("at the end")
        }
    }

    private static func expectLost(_ lone: LoneClient, _ story: Comment) async throws {
        try put([:], lone)
        try await lone.refuse(["run"], exit: 2, "journal-missing", story)
        try await lone.refuse(["start", LoneClient.id], exit: 2, "journal-missing", story)
        try await lone.refuse(["init"], exit: 12, "journal-lost", story)
        let looked = try await lone.holdover.run(["recover"])
        #expect(looked.exit == 20, "\(story): \(looked)")
        #expect(try image(lone)["holdover.sqlite"] == nil, story)
    }

    private static func expectKeyless(_ lone: LoneClient, _ story: Comment) async throws {
        let path = lone.bench.keyPath
        let key = try Data(contentsOf: URL(fileURLWithPath: path))
        try FileManager.default.removeItem(atPath: path)
        try await lone.refuse(["run"], exit: 12, "seal-key-missing", story)
        #expect(!FileManager.default.fileExists(atPath: path), "a key was made")
        // As a key looks that was rotated outside: well-formed, and another one.
        try write(otherKey(), to: path)
        for arguments in [["run"], ["start", LoneClient.id]] {
            try await lone.refuse(arguments, exit: 12, "seal-key-wrong", story)
        }
        try await lone.succeed("status")
        try write(key, to: path)
    }

    private static func otherKey() -> Data {
        let bytes = Data((0..<32).map { _ in UInt8.random(in: 0...255) })
        return Data("holdover-seal-key-v1 \(bytes.base64EncodedString())\n".utf8)
    }
}
