import HTTPTransport
import RotationCore

/// Cognito's calls about the secrets of one app client.
///
/// One address for all of them: the operation is named in a field.
struct CognitoAPI: Sendable {
    let api: AWSAPI
    let userPool: String
    let clientID: String

    /// How many secrets an app client may have.
    static let limit = 2

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
        return try api.admin.decode(Page.self, response, .read)
    }

    func add(_ secret: ClientSecret) async throws(AdapterError) -> CognitoSecret {
        struct Answer: Decodable {
            let made: CognitoSecret

            enum CodingKeys: String, CodingKey { case made = "ClientSecretDescriptor" }
        }
        let response = try await call(
            "AddUserPoolClientSecret", secret.withPlaintext { ["ClientSecret": $0] }, .creation)
        let made = try api.admin.decode(Answer.self, response, .creation).made
        guard made.value.map({ secret.matches(ClientSecret($0)) }) ?? true else {
            throw CallOutcome(adapter: "cognito").unreadable(
                .creation, "the answer is about another secret")
        }
        return made
    }

    func delete(_ id: String) async throws(AdapterError) {
        _ = try await call("DeleteUserPoolClientSecret", ["ClientSecretId": id], .repeatable)
    }

    /// The scopes that the client may get, custom ones by the names of their resource servers.
    ///
    /// The answer has the client's secret too, which isn't decoded.
    func scopes() async throws(AdapterError) -> [String] {
        struct Client: Decodable {
            let scopes: [String]?

            enum CodingKeys: String, CodingKey { case scopes = "AllowedOAuthScopes" }
        }
        struct Answer: Decodable {
            let client: Client

            enum CodingKeys: String, CodingKey { case client = "UserPoolClient" }
        }
        let response = try await call("DescribeUserPoolClient", [:], .read)
        return try api.admin.decode(Answer.self, response, .read).client.scopes ?? []
    }

    private func call(
        _ operation: String, _ more: KeyValuePairs<String, String>, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let pairs =
            [("UserPoolId", userPool), ("ClientId", clientID)] + more.map { ($0.key, $0.value) }
        return try await api.call(operation, pairs.map { ($0.0, .text($0.1)) }, effect)
    }

    static let limitReached = "limit-reached"
    static let invalid = "invalid-parameter"

    /// Cognito's own errors.
    static func rule(_ failure: AWSFailure) -> (kind: AdapterError.Kind, code: String)? {
        switch failure.type {
        case "LimitExceededException": (.limitReached, limitReached)
        case "InvalidParameterException": (.refused, invalid)
        default: nil
        }
    }
}
