import ProcessTesting
import RotationCore
import Synchronization
import Testing

/// Somebody else's secrets that are there before a rotation begins: every adapter at its dialect.
@Suite struct ForeignSecretTests {
    typealias Kind = FateGround.Kind

    /// For what a rotation is held where somebody else has made one secret; nil where there is room
    /// for it, and the old one is known.
    ///
    /// Hydra isn't asked: it shows nothing of its secrets, and its plans say that nobody else makes
    /// any. Registrations that take turns are two clients.
    private static func obstacle(at kind: Kind) -> Reason? {
        if kind.switches { return .oldSecretRefused }
        // It shows neither values nor how they begin.
        if kind.own == .http { return .oldSecretUnclear }
        return switch kind.dialect {
        case .entra, .google, .logto, .buntubi: nil
        // Nothing tells which of two is the old one.
        case .cognito, .gravitee: .oldSecretUnclear
        case .wso2: kind.isHashed ? .oldSecretUnclear : .slotOccupied
        default: .slotOccupied
        }
    }

    static let kinds = Kind.all.filter { !$0.isShared && !$0.isBlueGreen && $0.dialect != .hydra }

    @Test(arguments: kinds)
    func `a secret of somebody else's is left as it is`(kind: Kind) async throws {
        try await expect(Self.obstacle(at: kind), at: kind, foreign: 1)
    }

    /// Where one is not the limit already.
    @Test(arguments: [
        (Kind(dialect: .entra), 19, Reason.slotOccupied),
        (Kind(dialect: .google), 9, .slotOccupied),
        (Kind(dialect: .gravitee), 9, .oldSecretUnclear),
    ])
    func `a client that is full is held, and its secrets are as they were`(
        kind: Kind, foreign: Int, reason: Reason
    ) async throws {
        try await expect(reason, at: kind, foreign: foreign)
    }

    private func expect(_ reason: Reason?, at kind: Kind, foreign: Int) async throws {
        try await Workbench.open { bench in
            let ground = try await FateGround(kind, on: bench)
            let client = try await FateGround.Subject("billing", on: ground)
            for _ in 0..<foreign { try await client.addForeign() }
            let before = try await client.live()
            let (fate, details) = (FatefulCall(0, .nothing), Details())
            let ending = try await ground.outcome(of: client, fate) { details.note($0) }
            guard let reason else {
                #expect(ending.holds == [] && ending.problems == [], "\(details.all)")
                #expect(ending.state == .completed)
                return
            }
            // A person said go on twice, and nothing had changed.
            #expect(ending.holds == [reason, reason, reason])
            #expect(try await client.live() == before)
            #expect(try client.holdsOld())
            // UAA shows nothing: it says that it is full when a secret is sent.
            #expect(kind.dialect == .uaa ? fate.deletions == 0 : fate.changes == 0)
            if reason == .oldSecretRefused { return }
            #expect(ending.problems == [])
            guard reason == .slotOccupied, ![.uaa, .pingfederate].contains(kind.dialect) else {
                return
            }
            for id in client.others {
                #expect(details.all.allSatisfy { $0.contains(id) }, "\(id): \(details.all)")
            }
        }
    }
}

/// What people are told of each hold.
final class Details: Sendable {
    private let details = Mutex<[String]>([])

    var all: [String] { details.withLock { $0 } }
    func note(_ rotation: Rotation) { details.withLock { $0.append(rotation.detail ?? "") } }
}
