import Foundation
import ProcessTesting
import Testing

/// A rotation as `status CLIENT --json` has it.
struct RotationDocument: Decodable {
    let schema: String
    let rotation: String
    let client: String
    let state: String
    let phase: String?
    let reason: String?
    let detail: String?
    let needsPerson: Bool
}

/// The JSON twin of an error's three lines.
struct ErrorDocument: Decodable {
    let type: String
    let error: String
    let message: String
    let state: String
    let hint: String
    let exit: Int32
}

extension Stage {
    /// Runs the command and expects it to end well and to complain of nothing.
    @discardableResult
    func succeed(_ arguments: String..., at place: SourceLocation = #_sourceLocation) async throws
        -> HoldoverProcess.Outcome
    {
        let outcome = try await holdover.run(arguments)
        #expect(outcome.exit == 0, "\(outcome)", sourceLocation: place)
        #expect(outcome.errors.isEmpty, "\(outcome)", sourceLocation: place)
        return outcome
    }

    /// The client's rotation.
    func rotation() async throws -> RotationDocument {
        let outcome = try await run("status", Self.client, "--json")
        return try JSONDecoder().decode(RotationDocument.self, from: Data(outcome.output.utf8))
    }

    /// Waits until the rotation is in a phase.
    func waitFor(phase: String, at place: SourceLocation = #_sourceLocation) async throws {
        let isThere = try await eventually(within: .seconds(30)) {
            try await rotation().phase == phase
        }
        #expect(isThere, "the rotation never came to \(phase)", sourceLocation: place)
    }

    /// Starts a rotation and goes on until a step is complete.
    func begin(until step: String? = nil, at place: SourceLocation = #_sourceLocation) async throws
    {
        try await succeed("start", Self.client, at: place)
        guard let step else { return }
        try await succeed("run", "--wait", "30s", "--until", step, at: place)
    }

    /// Nothing has begun to move: the old secret is the only one, and it is in the store.
    func expectUntouched(at place: SourceLocation = #_sourceLocation) async throws {
        #expect(try stored() == old, sourceLocation: place)
        let report = try await server.client(Self.client)
        #expect(report.live.count == 1, sourceLocation: place)
        try await expectAccepted(old, at: place)
    }

    /// Both secrets are accepted, whichever the store holds.
    func expectBothAccepted(at place: SourceLocation = #_sourceLocation) async throws {
        let accepted = try await server.client(Self.client).secrets.filter(\.isAccepted)
        #expect(accepted.count == 2, sourceLocation: place)
        try await expectAccepted(old, at: place)
        try await expectAccepted(try stored(), at: place)
    }

    /// Has the rotation go on to its end, and expects it to be a full success.
    func expectCompletion(at place: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)", sourceLocation: place)
        #expect(try await rotation().state == "completed", "\(outcome)", sourceLocation: place)
        let new = try stored()
        #expect(new != old, sourceLocation: place)
        try await expectAccepted(new, at: place)
        let status = try await server.tokenStatus(dialect, Self.client, old)
        #expect(status != 200, "the old secret is still accepted", sourceLocation: place)
        try await expectOneSecretAndNoFailure(at: place)
    }

    /// Has the rotation go back to its beginning, and expects nothing of it to be left.
    func expectReturn(at place: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)", sourceLocation: place)
        #expect(try await rotation().state == "abandoned", "\(outcome)", sourceLocation: place)
        #expect(try stored() == old, sourceLocation: place)
        try await expectAccepted(old, at: place)
        try await expectOneSecretAndNoFailure(at: place)
    }

    private func expectOneSecretAndNoFailure(at place: SourceLocation) async throws {
        let live = try await server.client(Self.client).live
        #expect(live.count == 1, sourceLocation: place)
        let counts = try await consumer.stop()
        #expect(counts.failed == 0, "\(counts.lastFailure)", sourceLocation: place)
        try await succeed("audit", "verify", at: place)
    }

    /// The token endpoint takes a secret.
    func expectAccepted(_ secret: String, at place: SourceLocation = #_sourceLocation) async throws
    {
        let status = try await server.tokenStatus(dialect, Self.client, secret)
        #expect(status == 200, sourceLocation: place)
    }
}

extension HoldoverProcess.Outcome {
    /// Expects an exit code and exactly the three lines of an error with a code.
    func expect(
        exit code: Int32, _ name: String, saying words: String = "",
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(exit == code, "\(self)", sourceLocation: place)
        let lines = errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.count == 3 else {
            Issue.record("not three lines: \(self)", sourceLocation: place)
            return
        }
        let first = String(lines[0])
        #expect(first.hasPrefix("holdover: error: "), "\(self)", sourceLocation: place)
        #expect(first.hasSuffix(" [\(name)]"), "\(self)", sourceLocation: place)
        #expect(words.isEmpty || first.contains(words), "\(self)", sourceLocation: place)
        #expect(lines[1].hasPrefix("holdover: state: "), "\(self)", sourceLocation: place)
        #expect(lines[2].hasPrefix("holdover: hint: "), "\(self)", sourceLocation: place)
    }
}
