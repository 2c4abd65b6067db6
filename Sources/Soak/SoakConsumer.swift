import ClientCredentials
import Foundation
import HTTPTransport

/// One that fetches tokens with the secret that it has in memory.
///
/// It reads its file again every so often, whatever the server says: to do it after a refusal would
/// hide a lock-out.
actor SoakConsumer {
    /// What it has counted.
    struct Counts: Sendable {
        var requests = 0
        var failed = 0
        var unreadable = 0
        var secrets = 1
        var lastFailure = ""
    }

    nonisolated let name: String
    nonisolated let reportPath: String
    private let client: SoakClient
    private let endpoint: TokenEndpoint
    private let postsSecret: Bool
    private let http: any HTTPClient
    private var secret: String
    private var reported: (secret: String, at: ContinuousClock.Instant)?
    private(set) var counts = Counts()

    init(
        _ name: String, of client: SoakClient, tokenURL: String, postsSecret: Bool, reports: String,
        through http: any HTTPClient
    ) {
        self.name = name
        reportPath = "\(reports)/\(client.id)-\(name)"
        self.client = client
        endpoint = TokenEndpoint(url: tokenURL)
        self.postsSecret = postsSecret
        self.http = http
        secret = client.first
    }

    /// Fetches until it is cancelled.
    func work(pause: Duration) async {
        var readAt = ContinuousClock.now
        while !Task.isCancelled {
            if readAt.duration(to: .now) > .milliseconds(100) {
                read()
                readAt = .now
            }
            await fetch()
            try? await Task.sleep(for: pause)
        }
    }

    private func read() {
        guard let text = try? client.stored(), !text.isEmpty else {
            counts.unreadable += 1
            return
        }
        if text != secret { counts.secrets += 1 }
        secret = text
    }

    private func fetch() async {
        let secret = secret
        let proof: ClientAuthentication =
            postsSecret
            ? .post(id: client.id, secret: secret) : .basic(id: client.id, secret: secret)
        do throws(TokenError) {
            _ = try await endpoint.requestToken(as: proof, through: http)
            counts.requests += 1
            report(secret)
        } catch {
            // The consumer is being ended, and so is its last request.
            guard !Task.isCancelled else { return }
            counts.requests += 1
            counts.failed += 1
            counts.lastFailure = "\(client.id) \(name): \(error.description)"
        }
    }

    /// Says which secret worked: each new one at once, and any once a second.
    private func report(_ used: String) {
        let isKnown = reported.map { $0.secret == used && $0.at.duration(to: .now) < .seconds(1) }
        guard isKnown != true else { return }
        let line = AdoptionFingerprint.line(clientID: client.id, secret: used, at: Date())
        do {
            try Data(line.utf8).write(to: URL(fileURLWithPath: reportPath), options: .atomic)
            reported = (used, .now)
        } catch {
            counts.failed += 1
            counts.lastFailure = "\(name) can't write \(reportPath)"
        }
    }
}
