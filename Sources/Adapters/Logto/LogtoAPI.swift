import HTTPTransport
import RotationCore

/// A secret as Logto lists it, with its value; times in milliseconds since 1970.
struct LogtoSecret: Decodable {
    let name: String
    let value: String
    let createdAt: Int64
    let expiresAt: Int64?
}

/// The part of an application that a rotation depends on.
struct LogtoApplication: Decodable {
    let id: String
    let type: String
}

/// Logto's error body.
struct LogtoErrorBody: Decodable {
    let message: String
    let code: String
}

/// Calls of Logto's management API about the secrets of one application.
struct LogtoAPI: Sendable {
    let admin: AdminAPI
    let clientID: String
    let now: @Sendable () -> Instant

    private var path: String { "/api/applications/\(URLPart.segment(clientID))" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(LogtoErrorBody.self)).map { "\($0.code): \($0.message)" }
    }

    /// The name is a segment of a path, in which not every proxy leaves an escaped slash alone.
    static func name(of label: String) -> String { label.replacing("/", with: ".") }
    static func label(of name: String) -> String { name.replacing(".", with: "/") }

    func application() async throws(AdapterError) -> LogtoApplication {
        try admin.decode(
            LogtoApplication.self, try await admin.expect([200], "GET", path, .read), .read)
    }

    func secrets() async throws(AdapterError) -> [LogtoSecret] {
        let response = try await admin.expect([200], "GET", "\(path)/secrets", .read)
        return try admin.decode([LogtoSecret].self, response, .read)
    }

    func create(_ name: String) async throws(AdapterError) -> LogtoSecret {
        let body = JSONDocument.object(texts: [("name", name)])
        let response = try await admin.send("POST", "\(path)/secrets", body: body, .creation)
        if response.status == 422, Self.words(response)?.contains("secret_name_taken") == true {
            // An attempt of ours, since each has a name of its own: it happened after all.
            throw AdapterError(
                .unknown, code: "logto-name-taken",
                message: "logto: there is a secret \(safeText(name)) already")
        }
        guard [200, 201].contains(response.status) else { throw admin.error(response, .creation) }
        let made = try admin.decode(LogtoSecret.self, response, .creation)
        guard made.name == name else {
            throw CallOutcome(adapter: "logto").unreadable(
                .creation, "the answer is about another secret")
        }
        return made
    }

    func delete(_ name: String) async throws(AdapterError) {
        let path = "\(path)/secrets/\(URLPart.segment(name))"
        _ = try await admin.expect([200, 204, 404], "DELETE", path, .repeatable)
    }
}
