import Foundation
import HTTPTypes
import Hummingbird

/// One request to a store of AWS: who signed it, for which operation, with what.
struct AWSStoreCall: Sendable {
    let operation: String
    let input: [String: JSONValue]

    /// The region and the account that are practised.
    static let region = "eu-west-1"
    static let account = "123456789012"

    /// An access key that may read, and nothing else.
    static let reader = "practice-reader"
    /// An access key that may do everything but move and put labels.
    static let unlabelling = "practice-unlabelling"

    /// A key of the Key Management Service that nobody here has a right to.
    static let forbiddenKey = "alias/forbidden"
    /// One that is switched off.
    static let disabledKey = "alias/disabled"

    /// Verifies `request`; `target` stands in front of its operation, `service` is what it must be
    /// signed for.
    init(_ request: Request, target: String, service: String, _ practice: Practice)
        async throws(AWSError)
    {
        guard let body = try? await request.bytes() else { throw .notJSON }
        var keys = practice.withState { $0.awsSessions }
        let credentials = practice.credentials
        for id in [credentials.adminClientID, Self.reader, Self.unlabelling] {
            keys[id] = AWSKey(secret: credentials.adminSecret)
        }
        // The real service goes by real time, whatever a test's clock says.
        let keyID = try AWSSignature(keys: keys, region: Self.region, service: service)
            .verify(request, body, at: .systemNow())
        let named = HTTPField.Name("X-Amz-Target").flatMap { request.headers[$0] } ?? ""
        guard request.headers[.contentType] == AWSError.contentType,
            named.hasPrefix("\(target).")
        else { throw .unknownOperation }
        operation = String(named.dropFirst(target.count + 1))
        guard Self.isAllowed(operation, keyID) else {
            throw .denied(keyID, "\(service):\(operation)")
        }
        guard let members = try? JSONDecoder().decode([String: JSONValue].self, from: body) else {
            throw .notJSON
        }
        input = members
    }

    private static func isAllowed(_ operation: String, _ keyID: String) -> Bool {
        switch keyID {
        case reader: operation.hasPrefix("Get") || operation.hasPrefix("Describe")
        case unlabelling:
            !["UpdateSecretVersionStage", "LabelParameterVersion"].contains(operation)
        default: true
        }
    }

    /// A text, of at most `limit` bytes and at least one.
    func text(_ name: String, upTo limit: Int = 2048) throws(AWSError) -> String? {
        guard let value = input[name] else { return nil }
        guard let text = value.string else { throw .notJSON }
        let member = name.prefix(1).lowercased() + name.dropFirst()
        guard !text.isEmpty else {
            throw .invalid(member, "have length greater than or equal to 1")
        }
        guard text.utf8.count <= limit else {
            throw .invalid(member, "have length less than or equal to \(limit)")
        }
        return text
    }

    func required(_ name: String, upTo limit: Int = 2048) throws(AWSError) -> String {
        guard let text = try text(name, upTo: limit) else {
            throw .invalid(name.prefix(1).lowercased() + name.dropFirst(), "not be null")
        }
        return text
    }

    /// A list of texts; nil where there is none.
    func texts(_ name: String) throws(AWSError) -> [String]? {
        guard let value = input[name] else { return nil }
        guard let items = value.array, !items.isEmpty else { throw .notJSON }
        let texts = items.compactMap(\.string)
        guard texts.count == items.count else { throw .notJSON }
        return texts
    }
}
