import Logging
import Synchronization

/// What a provider knows of its credentials, and which of them to present.
///
/// It keeps the one before the present one in memory: a file may hold the new secret a moment
/// before the server takes it, and for as long as a way back may need the old one.
final class CredentialKeeper: Sendable {
    private struct Knowledge {
        var read: StagedCredentials?
        var previous: ClientAuthentication?
        /// Those that the server took.
        var taken: Set<ProofDigest> = []
        /// Those that are on their way to it, for the first time.
        var onTrial: Set<ProofDigest> = []
        /// Why the source couldn't be read, as was said last.
        var unreadable: CredentialUnreadable?
        /// When it was read last.
        var readAt: ContinuousClock.Instant?
        /// The read under way, and since when.
        var reading: (task: Task<Answer, Never>, since: ContinuousClock.Instant)?
        /// Those that the server refused.
        var refused: [ProofDigest: Refusal] = [:]

        func mayPresent(_ proof: ProofDigest, at now: ContinuousClock.Instant) -> Bool {
            refused[proof].map { now >= $0.until } ?? true
        }

        /// The current one, the candidate, the previous one; one that nobody knows to be good and
        /// that is on its way already comes behind one that is.
        var inOrder: [ClientAuthentication] {
            let all = [read?.current, read?.candidate, previous].compactMap(\.self)
            guard let first = all.first, onTrial.contains(first.digest) else { return all }
            return all.filter { taken.contains($0.digest) }
                + all.filter { !taken.contains($0.digest) }
        }
    }

    private typealias Answer = Result<StagedCredentials, CredentialUnreadable>

    private struct Refusal {
        let error: TokenError
        /// It isn't presented again before.
        let until: ContinuousClock.Instant
        /// How often it was refused in a row.
        let count: Int
    }

    /// What to do next.
    enum Choice {
        case present(ClientAuthentication)
        case wait(Duration, TokenError)
        case nothing
    }

    /// A source behind a network must not be asked anew by each of a thousand calls.
    private static let pauseBetweenReads = Duration.seconds(1)
    /// Whoever comes joins a read that is under way, and none that has hung for so long.
    private static let longestRead = Duration.seconds(60)

    private let source: any CredentialSource
    private let pause: Duration
    private let time: TokenTime
    private let logger: Logger
    private let knowledge = Mutex(Knowledge())

    init(_ source: any CredentialSource, pause: Duration, time: TokenTime, logger: Logger) {
        self.source = source
        self.pause = pause
        self.time = time
        self.logger = logger
    }

    /// The candidate that the source holds.
    var candidate: ClientAuthentication? { knowledge.withLock { $0.read?.candidate } }

    /// Reads the source, unless that was done a moment ago; whether something else stands there now
    /// than before.
    func readAgain(within patience: Duration) async throws(CredentialUnreadable) -> Bool {
        let now = time.now()
        let (isEarly, failure) = knowledge.withLock { knowledge in
            (
                knowledge.readAt.map { now < $0 + Self.pauseBetweenReads } ?? false,
                knowledge.read == nil ? knowledge.unreadable : nil
            )
        }
        guard isEarly else { return try await read(within: patience) }
        if let failure { throw failure }
        return false
    }

    /// Reads the source; whether something else stands there now than before.
    ///
    /// Where it can't be read within `patience`, what is known stays in use.
    func read(within patience: Duration) async throws(CredentialUnreadable) -> Bool {
        let read: StagedCredentials
        do throws(CredentialUnreadable) { read = try await answer(within: patience) } catch {
            let now = time.now()
            let (isKnown, isNews) = knowledge.withLock { knowledge in
                defer {
                    knowledge.unreadable = error
                    knowledge.readAt = now
                }
                return (knowledge.read != nil, knowledge.unreadable != error)
            }
            guard isKnown else { throw error }
            logger.log(
                level: isNews ? .warning : .debug,
                "the credential can't be read; the known one stays in use",
                metadata: ["reason": "\(error)"])
            return false
        }
        let now = time.now()
        return knowledge.withLock { knowledge in
            knowledge.unreadable = nil
            knowledge.readAt = now
            guard let known = knowledge.read else {
                knowledge.read = read
                return false
            }
            guard !known.isSame(as: read) else { return false }
            // What the server never took is no way back.
            if known.current.digest != read.current.digest,
                knowledge.previous == nil || knowledge.taken.contains(known.current.digest)
            {
                knowledge.previous = known.current
            }
            knowledge.read = read
            // What stands there now was put there for a reason; others are forgotten.
            let kept = [read.candidate, knowledge.previous].compactMap { $0?.digest }
            knowledge.refused = knowledge.refused.filter {
                kept.contains($0.key) && $0.key != read.current.digest
            }
            knowledge.taken = knowledge.taken.filter {
                kept.contains($0) || $0 == read.current.digest
            }
            return true
        }
    }

    /// What the source answers; a source that hangs must not hold every call up for ever.
    private func answer(within patience: Duration) async throws(CredentialUnreadable)
        -> StagedCredentials
    {
        let now = time.now()
        let task = knowledge.withLock { knowledge in
            if let reading = knowledge.reading, now < reading.since + Self.longestRead {
                return reading.task
            }
            let task = Task { await ask(since: now) }
            knowledge.reading = (task, now)
            return task
        }
        let answer = await time.result(within: patience) { await task.value }
        guard let answer else { throw CredentialUnreadable("its source doesn't answer") }
        return try answer.get()
    }

    private func ask(since: ContinuousClock.Instant) async -> Answer {
        defer {
            knowledge.withLock { knowledge in
                if knowledge.reading?.since == since { knowledge.reading = nil }
            }
        }
        do throws(CredentialUnreadable) { return .success(try await source.read()) } catch {
            return .failure(error)
        }
    }

    /// Whether nothing was read yet.
    var isEmpty: Bool { knowledge.withLock { $0.read == nil } }

    /// Whether the server took the current credential.
    var isCurrentTaken: Bool {
        knowledge.withLock { knowledge in
            knowledge.read.map { knowledge.taken.contains($0.current.digest) } ?? false
        }
    }

    /// All that are known.
    var known: [ClientAuthentication] { knowledge.withLock { $0.inOrder } }

    /// Whether the server took it.
    func wasTaken(_ proof: ClientAuthentication) -> Bool {
        knowledge.withLock { $0.taken.contains(proof.digest) }
    }

    /// Whether the current credential was refused, and it is time to present it again: the server
    /// may take it by now, and a rotation waits for that.
    var owesAnotherTry: Bool {
        let now = time.now()
        return knowledge.withLock { knowledge in
            guard let current = knowledge.read?.current,
                let refusal = knowledge.refused[current.digest]
            else { return false }
            return now >= refusal.until
        }
    }

    /// Which credential to present after `tried`.
    func choice(after tried: [ProofDigest]) -> Choice {
        let now = time.now()
        return knowledge.withLock { knowledge in
            let left = knowledge.inOrder.filter { !tried.contains($0.digest) }
            if let next = left.first(where: { knowledge.mayPresent($0.digest, at: now) }) {
                return .present(next)
            }
            let waits = left.compactMap { knowledge.refused[$0.digest] }
            guard tried.isEmpty, let soonest = waits.min(by: { $0.until < $1.until }) else {
                return .nothing
            }
            return .wait(now.duration(to: soonest.until), soonest.error)
        }
    }

    /// It is on its way to the server, until ``came(back:)``.
    func sent(_ proof: ClientAuthentication) {
        knowledge.withLock { knowledge in
            if !knowledge.taken.contains(proof.digest) { knowledge.onTrial.insert(proof.digest) }
        }
    }

    /// Whatever came of it.
    func came(back proof: ClientAuthentication) {
        knowledge.withLock { _ = $0.onTrial.remove(proof.digest) }
    }

    /// The server took it.
    func took(_ proof: ClientAuthentication) {
        knowledge.withLock { knowledge in
            knowledge.refused[proof.digest] = nil
            knowledge.taken.insert(proof.digest)
        }
    }

    /// The server refused it.
    func refused(_ proof: ClientAuthentication, _ error: TokenError) {
        let now = time.now()
        knowledge.withLock { knowledge in
            // What was sent at the same time says it once more.
            if let before = knowledge.refused[proof.digest], now < before.until { return }
            let count = (knowledge.refused[proof.digest]?.count ?? 0) + 1
            let longer = min(pause * (1 << min(count - 1, 10)), .seconds(60))
            knowledge.refused[proof.digest] = Refusal(
                error: error, until: now + longer, count: count)
        }
    }
}
