import Foundation

extension PracticeServerProcess {
    /// A request that the server refused.
    public struct Refused: Error, CustomStringConvertible {
        /// What was asked and what it said.
        public let description: String
    }

    /// A client as the server knows it; values only as digests.
    public struct ClientReport: Decodable, Sendable {
        /// One of its secrets.
        public struct Secret: Decodable, Sendable {
            /// The id that the admin API has for it.
            public let id: String
            /// The value's SHA-256 in hex.
            public let sha256: String
            /// Whether the admin API still has it.
            public let isLive: Bool
            /// Whether the token endpoint takes it now.
            public let isAccepted: Bool
            /// `ACTIVE` or `INACTIVE`, in the server's own spelling.
            public let status: String
        }

        /// All of its secrets, the removed ones too.
        public let secrets: [Secret]
        /// The secrets that the admin API still has.
        public var live: [Secret] { secrets.filter(\.isLive) }
    }

    /// What a client's token requests came to.
    public struct Counters: Decodable, Sendable {
        /// Answered with a token.
        public let accepted: Int
        /// Refused.
        public let refused: Int
        /// The OAuth error codes, counted.
        public let errors: [String: Int]
    }

    /// One token request.
    public struct LogLine: Decodable, Sendable {
        /// Its number, from 1.
        public let sequence: Int
        /// The secret that was presented, if the server ever had it.
        public let secretId: String?
        /// Whether it was taken.
        public let accepted: Bool
        /// The OAuth error code of the answer.
        public let error: String?
    }

    /// One call of an admin API that was made with an access token of the server's.
    public struct Call: Decodable, Sendable {
        /// The method.
        public let method: String
        /// The path.
        public let path: String
        /// The status of the answer.
        public let status: Int
        /// The secret that the token was issued for; nil where it was a key.
        public let secretId: String?
    }

    /// Asks the control API; throws where the answer isn't a 2xx.
    @discardableResult
    public func control(_ method: String, _ path: String, _ json: String? = nil) async throws
        -> LoopbackHTTP.Answer
    {
        let answer = try await http.send(
            method, "/practice/\(path)",
            headers: ["X-Practice-Key": self["PRACTICE_KEY"], "Content-Type": "application/json"],
            body: json)
        return try Self.approved(answer, "\(method) /practice/\(path)")
    }

    static func approved(_ answer: LoopbackHTTP.Answer, _ what: String) throws
        -> LoopbackHTTP.Answer
    {
        guard (200..<300).contains(answer.status) else {
            throw Refused(description: "\(what): \(answer.status) \(answer.text)")
        }
        return answer
    }

    /// Makes a client with one secret; its id at the admin API is its client id.
    ///
    /// `grants` are its rights at the admin API; at Entra, the tokens of `workload` stand for it.
    public func createClient(
        _ dialect: Dialect, _ id: String, secret: String, grants: [String] = [],
        trusting workload: String? = nil
    ) async throws {
        // Where ids are numbers, the server counts.
        let isCounted = [.authentik, .authlete, .gitlab, .zitadel].contains(dialect)
        let internalID = isCounted ? "" : #""internal_id":"\#(id)","#
        try await control(
            "POST", "clients",
            #"{"dialect":"\#(dialect.rawValue)","client_id":"\#(id)",\#(internalID)"#
                + #""secret":"\#(secret)","grants":\#(grants)"#
                + (workload.map { #","federated_subject":"\#($0)"}"# } ?? "}"))
    }

    /// A token of a workload, as a cluster projects it into a file; its life is in seconds.
    public func workloadToken(of subject: String, lifetime: Int = 3_600) async throws -> String {
        struct Made: Decodable { let token: String }
        return try await control(
            "POST", "workload-tokens", #"{"subject":"\#(subject)","lifetime":\#(lifetime)}"#
        ).json(Made.self).token
    }

    /// The truth about a client.
    public func client(_ id: String) async throws -> ClientReport {
        try await control("GET", "clients/\(id)").json()
    }

    /// Lets the next `times` requests that match go wrong; `path` is a regular expression.
    public func fault(
        _ kind: String, method: String, path: String, times: Int = 1, more: String = ""
    ) async throws {
        try await control(
            "POST", "faults",
            #"{"kind":"\#(kind)","times":\#(times),"match":{"method":"\#(method)","#
                + #""path":"\#(path)"}\#(more)}"#)
    }

    /// Forgets every fault that is left.
    public func clearFaults() async throws { try await control("DELETE", "faults") }

    /// Merges settings, a JSON object such as `{"propagation_ms":300}`.
    public func set(_ json: String) async throws { try await control("PUT", "settings", json) }

    /// The counters of every client.
    public func stats() async throws -> [String: Counters] {
        struct Line: Decodable {
            let clientId: String
            let counters: Counters
        }
        let lines = try await control("GET", "stats").json([Line].self)
        return Dictionary(lines.map { ($0.clientId, $0.counters) }) { first, _ in first }
    }

    /// The token requests of a client.
    public func log(of client: String, since: Int = 0) async throws -> [LogLine] {
        try await control("GET", "log?client=\(client)&since=\(since)").json()
    }

    /// The calls of admin APIs by tokens of a client, oldest first.
    public func calls(by client: String) async throws -> [Call] {
        try await control("GET", "calls?client=\(client)").json()
    }

    /// The status of a token request with a secret.
    public func tokenStatus(_ dialect: Dialect, _ client: String, _ secret: String) async throws
        -> Int
    {
        // Both are form-encoded in front of the colon and behind it (RFC 6749 §2.3.1).
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        let words = [client, secret].map {
            $0.addingPercentEncoding(withAllowedCharacters: plain) ?? $0
        }
        let pair = Data(words.joined(separator: ":").utf8).base64EncodedString()
        let scope = Self.scope(dialect).map { "&scope=\($0)" } ?? ""
        let path = tokenURL(dialect).dropFirst(url.count)
        return try await http.send(
            "POST", String(path),
            headers: [
                "Authorization": "Basic \(pair)",
                "Content-Type": "application/x-www-form-urlencoded",
            ], body: "grant_type=client_credentials\(scope)"
        ).status
    }
}
