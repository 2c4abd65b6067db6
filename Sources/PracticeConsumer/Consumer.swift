import ClientCredentials
import Foundation
import HTTPTransport

/// A program that fetches tokens with the secret that it has in memory, as real ones do.
///
/// It never answers a refusal by reading the secret again: that would hide a lock-out.
actor Consumer {
    /// What doesn't change while it runs.
    struct Setup: Sendable {
        let name: String
        let clientID: String
        let endpoint: TokenEndpoint
        let postsSecret: Bool
        let source: SecretSource
        let reportPath: String?
        let statsPath: String?
    }

    private let setup: Setup
    private let http: any HTTPClient
    private var reading: SecretSource.Reading
    /// Counts reads; a report is about one of them.
    private var load = 1
    private var reportedLoad = 0
    private var reportedAt: ContinuousClock.Instant?
    private(set) var tally: Tally

    /// A consumer that has read its secret.
    init(_ setup: Setup, http: any HTTPClient) async throws {
        self.setup = setup
        self.http = http
        reading = try await setup.source.read(through: http)
        tally = Tally(name: setup.name)
        tally.reloads = 1
        tally.secrets = 1
    }

    /// Reads the secret again, and keeps the one it has where that fails.
    func reload() async {
        do throws(SecretSource.Unreadable) {
            let known = reading
            reading = try await setup.source.read(through: http)
            if reading != known { tally.secrets += 1 }
            load += 1
            tally.reloads += 1
        } catch {
            guard !Task.isCancelled else { return }
            tally.unreadable += 1
            tally.lastFailure = error.description
        }
    }

    /// Fetches one token; whether a server was there at all.
    func fetch() async -> Bool {
        let (reading, load) = (reading, load)
        do throws(TokenError) {
            let (used, other) = try await present(reading)
            tally.requests += 1
            report(reading, using: used, beside: other, load)
        } catch {
            // The consumer is being ended, and so is its last request.
            guard !Task.isCancelled else { return true }
            tally.requests += 1
            return count(error)
        }
        return true
    }

    /// Gets a token with the secret, or where that is refused, with the candidate; which of them it
    /// was, and the one that wasn't needed.
    ///
    /// Where both are refused, the secret is tried once more: on a way back the server may get it
    /// again between the two.
    private func present(_ reading: SecretSource.Reading) async throws(TokenError)
        -> (used: String, other: String?)
    {
        do throws(TokenError) {
            try await request(reading, with: reading.secret)
            return (reading.secret, reading.candidate)
        } catch {
            guard let candidate = reading.candidate, candidate != reading.secret, error.isRefusal
            else { throw error }
            return try await presentAgain(reading, candidate)
        }
    }

    private func presentAgain(_ reading: SecretSource.Reading, _ candidate: String)
        async throws(TokenError) -> (used: String, other: String?)
    {
        do throws(TokenError) {
            try await request(reading, with: candidate)
            tally.seconds += 1
            return (candidate, reading.secret)
        } catch {
            guard error.isRefusal else { throw error }
            try await request(reading, with: reading.secret)
            return (reading.secret, candidate)
        }
    }

    private func request(_ reading: SecretSource.Reading, with secret: String)
        async throws(TokenError)
    {
        let id = reading.clientID ?? setup.clientID
        let proof: ClientAuthentication =
            setup.postsSecret ? .post(id: id, secret: secret) : .basic(id: id, secret: secret)
        _ = try await setup.endpoint.requestToken(as: proof, through: http)
    }

    private func count(_ error: TokenError) -> Bool {
        switch error {
        case .noAnswer(let failure) where failure.kind == .notSent:
            tally.unreachable += 1
            return false
        case .noAnswer: tally.interrupted += 1
        case .refused, .unavailable, .malformed, .unusable: tally.failed += 1
        }
        tally.lastFailure = error.description
        return true
    }

    /// Says "I used this secret and it worked": once for each read, and at least once a second.
    private func report(
        _ reading: SecretSource.Reading, using secret: String, beside other: String?, _ load: Int
    ) {
        guard let path = setup.reportPath, load == self.load else { return }
        let isDue = reportedAt.map { $0.duration(to: .now) >= .milliseconds(500) } ?? true
        guard isDue || load != reportedLoad else { return }
        let line = AdoptionFingerprint.line(
            clientID: reading.clientID ?? setup.clientID, secret: secret, candidate: other,
            at: Date())
        guard Self.write(Data(line.utf8), to: path) else { return }
        (reportedLoad, reportedAt) = (load, .now)
    }

    /// Writes the counts to `--stats`.
    func showTally() {
        guard let path = setup.statsPath else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(tally) else { return }
        _ = Self.write(data + Data("\n".utf8), to: path)
    }

    /// Replaces the file in one step, so that readers see the old one or the new one.
    private static func write(_ data: Data, to path: String) -> Bool {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            return true
        } catch {
            FileHandle.standardError.write(Data("practice-consumer: can't write \(path)\n".utf8))
            return false
        }
    }
}

extension TokenError {
    /// Whether the secret may be the reason: some servers say so without a word of OAuth.
    fileprivate var isRefusal: Bool {
        switch self {
        case .refused: true
        case .malformed(let status, _): (400..<500).contains(status)
        case .unavailable, .noAnswer, .unusable: false
        }
    }
}
