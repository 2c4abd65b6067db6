import Glibc
import HTTPTransport
import ProcessTesting
import RotationCore

@testable import Adapters

/// A practice server at which something happens to rotations of one kind, each with a client of its
/// own.
struct FateGround {
    typealias Dialect = PracticeServerProcess.Dialect

    /// A dialect, and how it is used.
    struct Kind: Sendable, CustomStringConvertible {
        let dialect: Dialect
        /// How a plan tells of it where it isn't by its own adapter.
        var own: PlanText.OwnServer?
        /// Whether two of its registrations take turns.
        var isBlueGreen = false
        /// Whether the new secret is a candidate in the store before the server switches.
        var isStaged = false
        /// Whether WSO2 hashes secrets: what was made is then lost with the answer.
        var isHashed = false
        /// Whether somebody else makes a secret just before ours is made.
        var isShared = false

        /// Every way in which every dialect is used.
        ///
        /// Somebody else's secret is for servers with room for it that make values and keep labels.
        static let all =
            Dialect.allCases.map { Kind(dialect: $0) }
            + [.auth0, .gitlab].map { Kind(dialect: $0, isBlueGreen: true) }
            + [.auth0, .lemonldap].map { Kind(dialect: $0, isStaged: true) }
            + [.entra, .google, .gravitee, .logto].map { Kind(dialect: $0, isShared: true) }
            + [Kind(dialect: .wso2, isHashed: true)]
            + PlanText.OwnServer.allCases.map { Kind(dialect: $0.dialect, own: $0) }

        var description: String {
            dialect.rawValue + (own.map { ", by \($0.rawValue)" } ?? "")
                + (isBlueGreen ? ", blue-green" : "") + (isStaged ? ", pre-stage" : "")
                + (isHashed ? ", hashed" : "")
                + (isShared ? ", shared" : "")
        }
        /// Whether what was made can be neither known nor deleted once its answer was lost.
        var losesCreations: Bool { dialect == .wso2 && isHashed }
        /// Whether a secret that was made can be taken away again.
        var canWithdraw: Bool {
            isBlueGreen
                || !(Dialect.oneWay + Dialect.single).contains(dialect)
                || Dialect.chosen.contains(dialect)
        }
        /// Whether making a secret replaces the one in force.
        var switches: Bool { Dialect.single.contains(dialect) && !isBlueGreen }
        /// Whether the client_id changes with the secret.
        var changesID: Bool { isBlueGreen || Dialect.paired.contains(dialect) }
        /// Whether the store holds more than the secret.
        var isDocument: Bool { changesID || isStaged }
    }

    let kind: Kind
    let bench: Workbench
    let server: PracticeServerProcess
    let clock: LeapingClock
    let http = CurlClient()

    init(_ kind: Kind, on bench: Workbench) async throws {
        (self.kind, self.bench) = (kind, bench)
        server = try await PracticeServerProcess.start(on: bench)
        clock = LeapingClock(of: server)
        // As the command does: a program may end before it has read its request.
        if kind.own == .exec { signal(SIGPIPE, SIG_IGN) }
        if kind.dialect == .keycloak { try await server.allowKeycloakRotation() }
        // The oracle has no person who signs in at Google.
        try await server.set(
            #"{"google_client_credentials":true,"wso2_shows_secrets":\#(!kind.isHashed)}"#)
    }

    /// How a rotation ended to which something happened at one call.
    struct Outcome {
        let fate: FatefulCall
        let state: RotationState
        /// For what it was held.
        let holds: [Reason]
        /// What is wrong with its end, or was wrong while it was held.
        let problems: [String]
    }

    /// Runs a rotation to which something happens at call `n`, with a client of its own.
    func outcome(of happening: FatefulCall.Happening, at n: Int) async throws -> Outcome {
        // Without hyphens, which Cognito's ids haven't got.
        let name = "billing\(n)\(happening.word.replacing("-", with: ""))"
        let client = try await Subject(name, on: self)
        let fate = FatefulCall(n, happening) { [kind] () async throws(AdapterError) in
            if kind.isShared { try await client.addForeign() }
        } witness: {
            await client.witness()
        }
        return try await outcome(of: client, fate)
    }

    /// Runs a client's rotation.
    func outcome(
        of client: Subject, _ fate: FatefulCall = FatefulCall(0, .nothing), limit: Int = 40,
        whenHeld: @escaping @Sendable (Rotation) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        var rotation = MortalRotation(
            plan: client.plan, directory: try bench.directory("state-\(client.name)"),
            clock: clock, http: http, environment: server.values, fate: fate)
        rotation.limit = limit
        rotation.whenHeld = { rotation in
            try await client.lookWhenHeld(rotation)
            try await whenHeld(rotation)
        }
        let ending = try await rotation.run()
        switch ending.rotation.state {
        case .completed: try await client.lookWhenCompleted()
        case .abandoned: try await client.lookWhenAbandoned()
        case .held: break
        case .running(let phase): client.note("it is still in \(phase)")
        }
        return Outcome(
            fate: fate, state: ending.rotation.state, holds: ending.holds,
            problems: client.problems)
    }
}
