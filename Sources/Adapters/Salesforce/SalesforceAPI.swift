import HTTPTransport
import RotationCore

/// A key and its secret: a consumer's own, or a set that is staged beside it.
struct SalesforceCredential: Decodable {
    let id: String
    let key: String
    /// Nil or empty where the org doesn't show secrets.
    let secret: String?
    /// Of a staged set: `Active` before it took the consumer's place, `Rotated` of one that was
    /// there before, `Expired`.
    let state: String?
    let createdDate: String?
    let expirationDate: String?

    var value: ClientSecret? { secret.flatMap { $0.isEmpty ? nil : ClientSecret($0) } }
    var isOver: Bool { state == "Expired" }
}

/// The consumers of an app.
private struct SalesforceConsumers: Decodable {
    let consumers: [Entry]

    struct Entry: Decodable {
        let id: String
        let key: String?
    }
}

/// The staged sets of a consumer.
private struct SalesforceStaged: Decodable {
    let stagedCredentials: [SalesforceCredential]
}

/// One of the errors that a body lists.
private struct SalesforceErrorBody: Decodable {
    let errorCode: String
    let message: String?
}

/// Calls of Salesforce's Connect API about the credentials of one external client app.
struct SalesforceAPI: Sendable {
    let admin: AdminAPI
    let appID: String
    /// The plan's client id.
    let clientID: String
    /// The consumer's id, where the plan names it.
    let consumerID: String?

    private var path: String {
        "/services/data/v65.0/apps/oauth/credentials/\(URLPart.segment(appID))"
    }

    private func stagedPath(_ consumer: String, _ id: String? = nil) -> String {
        let all = "\(path)/\(URLPart.segment(consumer))/staged"
        return id.map { "\(all)/\(URLPart.segment($0))" } ?? all
    }

    static func words(_ response: HTTPResponse) -> String? {
        guard let errors = try? response.json([SalesforceErrorBody].self) else { return nil }
        return errors.map { "\($0.errorCode): \($0.message ?? "")" }.joined(separator: " ")
    }

    /// The id of the consumer: the plan's, else the one with the plan's client id, else the only
    /// one.
    func consumer() async throws(AdapterError) -> String {
        let response = try await admin.expect([200], "GET", path, .read)
        let all = try admin.decode(SalesforceConsumers.self, response, .read).consumers
        let ours =
            consumerID.map { id in all.filter { $0.id == id } }
            ?? all.filter { $0.key == clientID }
        let only = consumerID == nil && all.count == 1 ? all.first : nil
        guard let one = ours.first ?? only else {
            throw AdapterError(
                .missing, code: "salesforce-consumer-missing",
                message: "salesforce: none of \(all.count) consumers of the app is the plan's: "
                    + "name one")
        }
        return one.id
    }

    /// What is in force.
    func primary(of consumer: String) async throws(AdapterError) -> SalesforceCredential {
        let one = "\(path)/\(URLPart.segment(consumer))?part=keyandsecret"
        let response = try await admin.expect([200], "GET", one, .read)
        return try admin.decode(SalesforceCredential.self, response, .read)
    }

    /// What is staged; a consumer without is a 404, too.
    func staged(of consumer: String) async throws(AdapterError) -> [SalesforceCredential] {
        let response = try await admin.expect([200, 404], "GET", stagedPath(consumer), .read)
        guard response.status == 200 else { return [] }
        return try admin.decode(SalesforceStaged.self, response, .read).stagedCredentials
    }

    /// Stages a set that Salesforce makes.
    func stage(at consumer: String) async throws(AdapterError) -> SalesforceCredential {
        let body = Array("{}".utf8)
        let response = try await admin.expect(
            [200, 201], "POST", stagedPath(consumer), body: body, .creation)
        let made = try admin.decode(SalesforceStaged.self, response, .creation).stagedCredentials
        guard made.count == 1, made[0].value != nil else {
            throw CallOutcome(adapter: "salesforce").unreadable(
                .creation, "the answer isn't one set with its secret")
        }
        return made[0]
    }

    /// Puts a staged set in the consumer's place; the one that was there is staged from then on.
    func rotate(_ id: String, of consumer: String) async throws(AdapterError) {
        let body = Array(#"{"command":"rotate"}"#.utf8)
        _ = try await admin.expect(
            [200, 204], "PATCH", stagedPath(consumer, id), body: body, .repeatable)
    }

    func delete(_ id: String, of consumer: String) async throws(AdapterError) {
        _ = try await admin.expect(
            [200, 204, 404], "DELETE", stagedPath(consumer, id), .repeatable)
    }
}
