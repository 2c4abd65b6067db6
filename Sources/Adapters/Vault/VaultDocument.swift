import RotationCore

/// A KV v2 document at one version, with the bytes of its fields as the server spelled them.
struct VaultDocument: Sendable {
    /// The version; 0 where there never was one, and that of the deletion mark where it is deleted.
    let version: Int
    /// The field's text; nil where it isn't there.
    let value: String?
    /// The answer and its `data` object; nil where there is no document.
    private let fields: (document: JSONDocument, range: Range<Int>, members: [JSONDocument.Member])?

    /// Reads a 200.
    init(_ body: [UInt8], field: String) throws(AdapterError) {
        let document = try Self.parse(body)
        version = try Self.version(in: document)
        guard case .object(let members, let range)? = try Self.node(["data", "data"], document)
        else { throw Self.unreadable("there is no data in the answer") }
        fields = (document, range, members)
        switch try Self.node(["data", "data", field], document) {
        case nil, .null: value = nil
        case .string(let text, _): value = text
        case .object, .array, .number, .boolean:
            throw AdapterError(
                .refused, code: "vault-not-a-string", message: "vault: the field is not a string")
        }
    }

    /// Reads a 404: a deleted version has its metadata in the answer, a path that never was has
    /// none.
    ///
    /// Other 404s (no such mount, no such namespace) are thrown as `refusal`.
    init(absent body: [UInt8], refusal: AdapterError) throws(AdapterError) {
        guard let document = try? JSONDocument(body) else { throw refusal }
        (value, fields) = (nil, nil)
        if case .array(let errors, _)? = try Self.node(["errors"], document) {
            guard errors.isEmpty else { throw refusal }
            version = 0
        } else {
            // A deleted version still counts: check-and-set must name it.
            version = try Self.version(in: document)
        }
    }

    /// The `data` object with the field set to `text` and every other byte as it was.
    func data(with text: String, at field: String) -> [UInt8] {
        guard let fields else {
            return [UInt8(ascii: "{")] + JSONDocument.literal(field) + [UInt8(ascii: ":")]
                + JSONDocument.literal(text) + [UInt8(ascii: "}")]
        }
        let before = fields.document.bytes.count
        let held = fields.members.first { $0.key == field }
        let changed =
            held.map { fields.document.replacing($0.value.range, with: text) }
            ?? fields.document.adding(field, text, to: fields.members, in: fields.range)
        let end = fields.range.upperBound + changed.count - before
        return Array(changed[fields.range.lowerBound..<end])
    }

    private static func parse(_ body: [UInt8]) throws(AdapterError) -> JSONDocument {
        do throws(JSONDocument.Malformed) {
            return try JSONDocument(body)
        } catch {
            throw unreadable("the answer isn't JSON")
        }
    }

    private static func node(_ path: [String], _ document: JSONDocument)
        throws(AdapterError) -> JSONDocument.Node?
    {
        do throws(JSONDocument.Ambiguous) {
            return try document.node(at: path)
        } catch {
            throw unreadable("a key is twice in the answer")
        }
    }

    private static func version(in document: JSONDocument) throws(AdapterError) -> Int {
        guard case .number(let range)? = try node(["data", "metadata", "version"], document),
            let version = Int(String(decoding: document.bytes[range], as: UTF8.self))
        else { throw unreadable("there is no version in the answer") }
        return version
    }

    private static func unreadable(_ reason: String) -> AdapterError {
        CallOutcome(adapter: "vault").unreadable(.read, reason)
    }
}
