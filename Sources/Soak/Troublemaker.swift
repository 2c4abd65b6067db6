import Foundation
import ProcessTesting

/// Lets admin calls go wrong in all the ways that the practice server knows.
///
/// Never a token request: what fails there must be the rotation's fault.
struct Troublemaker: Sendable {
    private static let kinds = [
        "lost_answer", "error_after_effect", "error_before_effect", "rate_limit", "slow", "html",
        "refuse_connection_reset",
    ]

    let server: PracticeServerProcess

    /// How many faults have met a request.
    private(set) var met = 0
    private var written = 0

    init(_ server: PracticeServerProcess) { self.server = server }

    /// One more fault, of any kind, for any kind of call; now and then a slower server.
    mutating func act() async throws {
        // Those for calls that are seldom made would pile up, and the server looks through all.
        if written >= 24 { try await count() }
        let (method, path) = Self.calls.randomElement() ?? ("POST", ".*")
        // A read that is answered with a page holds the rotation for a person; there is none here.
        let kinds = Self.kinds.filter { $0 != "html" || method != "GET" }
        let kind = kinds.randomElement() ?? "slow"
        let when = #","when":"\#(Bool.random() ? "before" : "after")""#
        let more =
            switch kind {
            case "slow": #","ms":\#(Int.random(in: 20...150))\#(when)"#
            case "html": when
            case "rate_limit": #","retry_after":1"#
            default: ""
            }
        // The prefix spares the server a look at the expression for each token request.
        let match = #"{"method":"\#(method)","path":"\#(path)","prefix":"\#(path.prefix(7))"}"#
        try await server.control(
            "POST", "faults", #"{"kind":"\#(kind)","times":1,"match":\#(match)\#(more)}"#)
        written += 1
        if Int.random(in: 0..<8) == 0 {
            let delay = [0, 0, 100, 300].randomElement() ?? 0
            try await server.set(#"{"propagation_ms":\#(delay)}"#)
        }
    }

    /// Takes back what has met nothing, and lets the server be as it should be.
    mutating func stop() async throws {
        try await count()
        try await server.set(#"{"propagation_ms":0}"#)
    }

    /// Counts those that met a request, and takes back the others.
    private mutating func count() async throws {
        struct Fault: Decodable { let kind: String }
        let left = try await server.control("GET", "faults").json([Fault].self).count
        try await server.clearFaults()
        met += written - left
        written = 0
    }

    /// What the two dialects' adapters call, as regular expressions.
    private static let calls: [(String, String)] = {
        let secrets = "/api/v1/apps/[^/]*/credentials/secrets"
        let client = "/admin/realms/[^/]*/clients/[^/]*"
        return [
            ("GET", secrets), ("POST", secrets), ("POST", "\(secrets)/[^/]*/lifecycle/deactivate"),
            ("DELETE", "\(secrets)/[^/]*"), ("GET", client), ("POST", "\(client)/client-secret"),
            ("PUT", client), ("GET", "\(client)/client-secret/rotated"),
            ("DELETE", "\(client)/client-secret/rotated"),
        ]
    }()
}
