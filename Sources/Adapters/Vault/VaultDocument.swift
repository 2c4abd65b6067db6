import Crypto
import RotationCore

/// A KV document at one version, with the bytes of its fields as the server spelled them.
struct VaultDocument: Sendable {
    /// The version; 0 where there never was one, and that of the deletion mark where it is deleted.
    ///
    /// Always 0 for KV v1.
    let version: Int
    private let place: [String]
    /// The field's text; nil where it isn't there.
    let value: String?
    /// The answer and its `data` object; nil where there is no document.
    private let fields: (document: JSONDocument, range: Range<Int>)?

    /// Reads a 200.
    init(_ body: [UInt8], field: String, of engine: VaultPlace.Engine = .versioned)
        throws(AdapterError)
    {
        let document = try Self.parse(body)
        place = engine == .versioned ? ["data", "data"] : ["data"]
        version = engine == .versioned ? try Self.version(in: document) : 0
        guard case .object(_, let range)? = try Self.node(place, document)
        else { throw Self.unreadable("there is no data in the answer") }
        fields = (document, range)
        value = try Self.text(place + [field], document)
    }

    /// What stands for a document that has no versions: a digest, which is kept in memory only.
    var digest: String {
        guard let fields else { return "" }
        return HexText.of(SHA256.hash(data: fields.document.bytes[fields.range]))
    }

    /// Another field's text; nil where none is named, or it isn't there.
    func text(at field: String?) throws(AdapterError) -> String? {
        guard let field, let fields else { return nil }
        return try Self.text(place + [field], fields.document)
    }

    private static func text(_ path: [String], _ document: JSONDocument)
        throws(AdapterError) -> String?
    {
        switch try node(path, document) {
        case nil, .null: return nil
        case .string(let text, _): return text
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
        (value, fields, place) = (nil, nil, [])
        if case .array(let errors, _)? = try Self.node(["errors"], document) {
            guard errors.isEmpty else { throw refusal }
            version = 0
        } else {
            // A deleted version still counts: check-and-set must name it.
            version = try Self.version(in: document)
        }
    }

    /// A field and what it is set to.
    struct Text: Sendable {
        let field: String
        let text: String
    }

    /// The `data` object with some fields set and every other byte as it was.
    func data(with texts: [Text]) throws(AdapterError) -> [UInt8] {
        var data = fields.map { Array($0.document.bytes[$0.range]) } ?? Array("{}".utf8)
        for one in texts {
            let document = try Self.parse(data)
            guard case .object(let members, let range) = document.root else { return data }
            let held = members.first { $0.key == one.field }
            data =
                held.map { document.replacing($0.value.range, with: one.text) }
                ?? document.adding(one.field, one.text, to: members, in: range)
        }
        return data
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
