import Foundation
import HTTPTypes
import Hummingbird

/// The operations about client secrets, all at one address, by Cognito's rules.
struct CognitoAdmin: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        router.post("\(CognitoVendor.mount)/") { request, _ in try await answer(request) }
    }

    private func answer(_ request: Request) async throws -> Response {
        do throws(AWSError) {
            guard let body = try? await request.bytes() else { throw .notJSON }
            // The real service goes by real time, whatever a test's clock says.
            let signature = AWSSignature(
                keys: keys, region: CognitoVendor.region, service: "cognito-idp")
            let keyID = try signature.verify(request, body, at: .systemNow())
            let operation = try Self.operation(of: request)
            if keys[keyID]?.isReader ?? true, ![.list, .describe].contains(operation) {
                throw .denied(keyID, "cognito-idp:\(operation.rawValue)")
            }
            guard let input = try? JSONDecoder().decode(CognitoInput.self, from: body) else {
                throw .notJSON
            }
            return AWSError.reply(try perform(operation, input), .ok)
        } catch {
            return error.response
        }
    }

    private var keys: [String: AWSKey] {
        var keys = practice.withState { $0.awsSessions }
        let credentials = practice.credentials
        keys[credentials.adminClientID] = AWSKey(secret: credentials.adminSecret)
        keys[CognitoVendor.reader] = AWSKey(secret: credentials.adminSecret, isReader: true)
        return keys
    }

    private enum Operation: String {
        case list = "ListUserPoolClientSecrets"
        case add = "AddUserPoolClientSecret"
        case delete = "DeleteUserPoolClientSecret"
        case describe = "DescribeUserPoolClient"
    }

    private static func operation(of request: Request) throws(AWSError) -> Operation {
        let target = HTTPField.Name("X-Amz-Target").flatMap { request.headers[$0] } ?? ""
        let parts = target.split(separator: ".")
        guard request.headers[.contentType] == AWSError.contentType, parts.count == 2,
            parts[0] == "AWSCognitoIdentityProviderService",
            let operation = Operation(rawValue: String(parts[1]))
        else { throw .unknownOperation }
        return operation
    }
}

extension CognitoAdmin {
    private func perform(_ operation: Operation, _ input: CognitoInput) throws(AWSError)
        -> [String: JSONValue]
    {
        let client = try client(input)
        switch operation {
        case .list:
            let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
            let seen = client.secrets(seenAt: now, lag: lag)
            return ["ClientSecrets": .array(seen.map { CognitoSecretRules.wire($0) })]
        case .add:
            if let value = input.secret { try CognitoSecretRules.check(value) }
            if practice.withState({ $0.takeForeignCreate() }) {
                _ = try change(client, CognitoSecretRules.add(nil))
            }
            let made = try change(client, CognitoSecretRules.add(input.secret))
            let descriptor = CognitoSecretRules.wire(made, showsValue: input.secret == nil)
            return ["ClientSecretDescriptor": descriptor]
        case .delete:
            guard let id = input.secretID else {
                throw .unfit("clientSecretId", "not be null")
            }
            guard (1...128).contains(id.utf8.count) else {
                throw .unfit("clientSecretId", "have length less than or equal to 128")
            }
            try change(client, CognitoSecretRules.delete(id))
            return [:]
        case .describe:
            return [
                "UserPoolClient": [
                    "UserPoolId": .string(CognitoVendor.userPool),
                    "ClientId": .string(client.clientID), "ClientName": .string(client.clientID),
                    "ClientSecret": .string(client.secrets.first?.value ?? ""),
                    "AllowedOAuthFlows": ["client_credentials"],
                    "AllowedOAuthScopes": .array(client.scopes.sorted().map(JSONValue.string)),
                ]
            ]
        }
    }

    /// The client that the request is about, in the one pool that is practised.
    private func client(_ input: CognitoInput) throws(AWSError) -> PracticeClient {
        guard let pool = input.userPool else { throw .unfit("userPoolId", "not be null") }
        guard let id = input.client else { throw .unfit("clientId", "not be null") }
        guard (1...55).contains(pool.utf8.count), pool.wholeMatch(of: /[\w-]+_[0-9a-zA-Z]+/) != nil
        else {
            throw .unfit("userPoolId", "satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+")
        }
        guard (1...128).contains(id.utf8.count), id.wholeMatch(of: /[A-Za-z0-9_+]+/) != nil else {
            throw .unfit("clientId", "satisfy regular expression pattern: [\\w+]+")
        }
        guard pool == CognitoVendor.userPool else { throw .noPool(pool) }
        guard let client = practice.withState({ $0.client(id, in: .only(.cognito)) }) else {
            throw .noClient(id)
        }
        return client
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient, _ body: CognitoSecretRules.Change<Result>
    ) throws(AWSError) -> Result {
        let result = try practice.withState { state throws(AWSError) in
            let (settings, now) = (state.settings, state.now)
            guard var changed = state.client(client.clientID, in: .only(.cognito)) else {
                throw .noClient(client.clientID)
            }
            let result = try body(&changed, settings, now)
            state.realms[.only(.cognito)]?[client.clientID] = changed
            return result
        }
        return result
    }
}
