import FoundationEssentials
import RotationCore

/// A Secret as the API server shows it.
struct KubernetesSecret: Decodable, Sendable {
    let metadata: Metadata
    /// By their keys, in Base64.
    let data: [String: String]?
    let immutable: Bool?

    struct Metadata: Decodable, Sendable {
        let name: String
        let namespace: String
        let uid: String
        /// Opaque: compared for equality only.
        let resourceVersion: String
        let deletionTimestamp: String?
        let annotations: [String: String]?
        let labels: [String: String]?
        let ownerReferences: [Owner]?
        let managedFields: [Manager]?
    }

    struct Owner: Decodable, Sendable {
        let kind: String
        let name: String
        /// Whether it manages the Secret; one owner at most does.
        let controller: Bool?

        /// For people.
        var words: String { "\(kind) \(name)" }
    }

    /// Somebody who wrote fields, and which.
    struct Manager: Decodable, Sendable {
        let manager: String?
        let operation: String?
        let fieldsV1: Fields?

        struct Fields: Decodable, Sendable {
            let data: [String: Nothing]?

            enum CodingKeys: String, CodingKey { case data = "f:data" }
        }

        /// An object of which nothing is read.
        struct Nothing: Decodable, Sendable {}
    }

    /// How many bytes the values may have together.
    ///
    /// A cluster takes twice as many. But then a Secret, in Base64 and with what its writers noted,
    /// is more than a mebibyte, and no answer of that size is read: nothing could be read back.
    static let cap = 524_288

    /// The bytes behind a key; nil where there is no such key.
    func bytes(_ key: String) throws(AdapterError) -> [UInt8]? {
        guard let coded = data?[key] else { return nil }
        guard let bytes = Data(base64Encoded: coded) else {
            throw KubernetesAPI.failure(
                .refused, "unreadable-answer", "the key \(safeText(key)) is not Base64")
        }
        return Array(bytes)
    }

    /// The text behind a key; nil where it is empty or not there.
    func text(_ key: String?) throws(AdapterError) -> String? {
        guard let key, let bytes = try bytes(key), !bytes.isEmpty else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KubernetesAPI.failure(
                .refused, "binary", "the key \(safeText(key)) holds bytes, and no text")
        }
        return text
    }

    /// How many bytes the values would have together with these in their places.
    func size(with texts: [(key: String, text: String)]) throws(AdapterError) -> Int {
        var sum = 0
        for key in (data ?? [:]).keys where !texts.contains(where: { $0.key == key }) {
            sum += try bytes(key)?.count ?? 0
        }
        return sum + texts.map(\.text.utf8.count).reduce(0, +)
    }
}
