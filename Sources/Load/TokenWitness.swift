import Foundation
import HTTPTransport
import Synchronization

/// Sees every token request on its way, and every token on its way back.
final class TokenWitness: HTTPClient {
    /// One request.
    struct Request: Sendable {
        let asked: ContinuousClock.Instant
        let answered: ContinuousClock.Instant
        /// Whether the endpoint failed: a refusal is an answer.
        let isFailure: Bool
    }

    /// The token that was bought last.
    struct Held: Sendable {
        let token: String
        let boughtAt: ContinuousClock.Instant
        let lifetime: Int
        /// A second before its end, or a tenth of its life: up to here it may be used.
        let usableUntil: ContinuousClock.Instant
    }

    private struct Seen {
        var requests: [Request] = []
        var isHeld = false
        var underWay = 0
        var mostUnderWay = 0
        var ends: [String: ContinuousClock.Instant] = [:]
        var held: Held?
    }

    private struct Answer: Decodable {
        let access_token: String
        let expires_in: Int
    }

    private let http: any HTTPClient
    private let seen = Mutex(Seen())

    init(_ http: any HTTPClient) { self.http = http }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let asked = ContinuousClock.now
        seen.withLock { seen in
            seen.underWay += 1
            seen.mostUnderWay = max(seen.mostUnderWay, seen.underWay)
        }
        while seen.withLock({ $0.isHeld }) { try? await Task.sleep(for: .milliseconds(5)) }
        do throws(HTTPFailure) {
            let response = try await http.send(request)
            note(response, asked: asked)
            return response
        } catch {
            note(nil, asked: asked)
            throw error
        }
    }

    private func note(_ response: HTTPResponse?, asked: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let isFailure = response.map { $0.status >= 500 || $0.status == 429 } ?? true
        let answer = response.flatMap {
            try? JSONDecoder().decode(Answer.self, from: Data($0.body))
        }
        seen.withLock { seen in
            seen.underWay -= 1
            seen.requests.append(Request(asked: asked, answered: now, isFailure: isFailure))
            guard let answer else { return }
            let life = Duration.seconds(answer.expires_in)
            seen.ends[answer.access_token] = asked + life
            seen.held = Held(
                token: answer.access_token, boughtAt: now, lifetime: answer.expires_in,
                usableUntil: asked + life - min(.seconds(1), life / 10))
        }
    }

    /// Lets requests wait on their way, or go on.
    func hold(_ isHeld: Bool) { seen.withLock { $0.isHeld = isHeld } }

    /// This token is about to be thrown away.
    func forget(_ token: String) {
        seen.withLock { seen in
            if seen.held?.token == token { seen.held = nil }
        }
    }

    /// Whether one is on its way.
    var isAsking: Bool { seen.withLock { $0.underWay > 0 } }
    /// Every request so far.
    var requests: [Request] { seen.withLock { $0.requests } }
    /// How many were under way at once, at most.
    var mostUnderWay: Int { seen.withLock { $0.mostUnderWay } }
    /// The token that was bought last.
    var held: Held? { seen.withLock { $0.held } }

    /// Whether a token is one that was seen, and hasn't ended.
    func isLive(_ token: String) -> Bool {
        seen.withLock { $0.ends[token] }.map { .now < $0 } ?? false
    }
}
