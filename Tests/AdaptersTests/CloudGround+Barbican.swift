import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What others see in a Barbican.
extension CloudGround {
    /// The ids of all secrets of a name, the newest first.
    func barbicanSecrets(_ name: String) async throws -> [String] {
        var (ids, page): ([String], [String]) = ([], [])
        repeat {
            let list = try await ask(
                "GET",
                "/v1/secrets?name=\(name)&sort=created:desc&limit=100&offset=\(ids.count)")
            guard case .array(let items, _)? = try list.node(at: ["secrets"]) else { return [] }
            page = try items.indices.map { index in
                let reference = try list.node(at: ["secrets", "\(index)", "secret_ref"])?.text
                return String(reference?.split(separator: "/").last ?? "")
            }
            ids += page
        } while page.count == 100
        return ids
    }

    /// What a secret holds, to the byte.
    func barbicanPayload(_ id: String, as type: String = "text/plain") async throws -> [UInt8] {
        let answer = try await barbican("GET", "/v1/secrets/\(id)/payload", ["Accept": type])
        try #require(answer.status == 200)
        return answer.body
    }

    /// Puts a text into a secret that was made empty, as the second of two steps.
    func barbicanFill(_ id: String, with text: String, as type: String = "text/plain")
        async throws
    {
        let answer = try await barbican(
            "PUT", "/v1/secrets/\(id)", ["Content-Type": type], Array(text.utf8))
        try #require(answer.status == 204)
    }

    private func barbican(
        _ method: String, _ path: String, _ headers: HTTPHeaders, _ body: [UInt8]? = nil
    ) async throws -> HTTPResponse {
        var headers = headers
        headers["X-Auth-Token"] = values["BARBICAN_ADMIN_TOKEN"] ?? ""
        return try await http.send(
            HTTPRequest(method: method, url: url + path, headers: headers, body: body))
    }
}
