import HTTPTransport
import RotationCore

/// Cognito's calls about the secrets of one app client.
///
/// One address for all of them: the operation is named in a field.
struct CognitoAPI: Sendable {
    let admin: AdminAPI
    let userPool: String
    let clientID: String

    /// How many secrets an app client may have.
    static let limit = 2

    static func words(_ response: HTTPResponse) -> String? { AWSFailure(response)?.words }

    func secrets() async throws(AdapterError) -> [CognitoSecret] {
        var secrets: [CognitoSecret] = []
        var next: String?
        // Two secrets fit on a page; the shapes have pages all the same.
        for _ in 1...Self.limit {
            let page = try await page(after: next)
            secrets += page.secrets ?? []
            next = page.next
            if next == nil { return secrets }
        }
        throw CallOutcome(adapter: "cognito").unreadable(.read, "the list doesn't end")
    }

    private struct Page: Decodable {
        let secrets: [CognitoSecret]?
        let next: String?

        enum CodingKeys: String, CodingKey {
            case secrets = "ClientSecrets"
            case next = "NextToken"
        }
    }

    private func page(after token: String?) async throws(AdapterError) -> Page {
        let response = try await call(
            "ListUserPoolClientSecrets", token.map { ["NextToken": $0] } ?? [:], .read)
        return try admin.decode(Page.self, response, .read)
    }

    func add(_ secret: ClientSecret) async throws(AdapterError) -> CognitoSecret {
        struct Answer: Decodable {
            let made: CognitoSecret

            enum CodingKeys: String, CodingKey { case made = "ClientSecretDescriptor" }
        }
        let response = try await call(
            "AddUserPoolClientSecret", secret.withPlaintext { ["ClientSecret": $0] }, .creation)
        let made = try admin.decode(Answer.self, response, .creation).made
        guard made.value.map({ secret.matches(ClientSecret($0)) }) ?? true else {
            throw CallOutcome(adapter: "cognito").unreadable(
                .creation, "the answer is about another secret")
        }
        return made
    }

    func delete(_ id: String) async throws(AdapterError) {
        _ = try await call("DeleteUserPoolClientSecret", ["ClientSecretId": id], .repeatable)
    }

    private func call(
        _ operation: String, _ more: KeyValuePairs<String, String>, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let pairs =
            [("UserPoolId", userPool), ("ClientId", clientID)] + more.map { ($0.key, $0.value) }
        let members = pairs.map { Array("\"\($0.0)\":".utf8) + JSONDocument.literal($0.1) }
        let body = Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
        let headers: HTTPHeaders = [
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.\(operation)",
        ]
        let response = try await admin.send("POST", "/", headers: headers, body: body, effect)
        guard response.status != 200 else { return response }
        throw error(response, effect)
    }

    private func error(_ response: HTTPResponse, _ effect: CallEffect) -> AdapterError {
        let plain = admin.error(response, effect)
        // Beyond 4xx a name proves nothing: whoever is in between may have put it there.
        guard (400..<500).contains(response.status), ![408, 409].contains(response.status),
            let failure = AWSFailure(response)
        else { return plain }
        if let (kind, code) = failure.verdict(effect, response.headers) {
            return AdapterError(kind, code: "cognito-\(code)", message: plain.message)
        }
        switch failure.type {
        case "LimitExceededException":
            return AdapterError(.limitReached, code: Self.limitReached, message: plain.message)
        case "InvalidParameterException":
            return AdapterError(.refused, code: Self.invalid, message: plain.message)
        default: return plain
        }
    }

    static let limitReached = "cognito-limit-reached"
    static let invalid = "cognito-invalid-parameter"
}
