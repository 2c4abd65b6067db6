import Foundation
import RotationCore

/// A consumer whose reads of a document stand in the audit log of Vault or OpenBao.
struct VaultAuditReporter: AdoptionReporter {
    private let path: String
    private let document: Document
    private let reader: Reader

    let source = EvidenceClass.storeRead

    static let descriptor = AdapterDescriptor(
        type: "vault-audit",
        summary: "when the consumer last read a document, by Vault's or OpenBao's audit log",
        settings: [
            SettingDescriptor(
                "path", .path, required: true,
                summary: "the log of an audit device of type file, as absolute path"),
            SettingDescriptor(
                "document", .text, required: true,
                summary: "the document's path as requests have it: secret/data/billing"),
            SettingDescriptor(
                "namespace", .text, summary: "the namespace of the document; the root if left out"),
            SettingDescriptor("role_name", .text, summary: "the role that the consumer logs in as"),
            SettingDescriptor("entity_id", .text, summary: "or the consumer's entity"),
            SettingDescriptor("display_name", .text, summary: "or the name of its token"),
        ], evidence: .storeRead)

    /// How much of the log's end is looked at.
    private static let cap = 16 << 20

    /// What is read: its path as requests have it, and the namespace without slashes around it.
    private struct Document: Sendable {
        let path, namespace: String
    }

    /// By what the consumer is known; each that is given must fit.
    private struct Reader: Sendable {
        let role, entity, name: String?
    }

    /// A line of the log, as far as it tells who read what.
    private struct Line: Decodable {
        struct Auth: Decodable {
            let display_name, entity_id: String?
            let metadata: [String: String]?
        }
        struct Request: Decodable {
            struct Namespace: Decodable { let path: String? }
            /// What the request asked for: in the log in another form, but under its own name.
            struct Query: Decodable {
                private enum CodingKeys: CodingKey { case version }
                /// Whether a version was asked for, which may be any.
                let namesVersion: Bool

                init(from decoder: any Decoder) throws {
                    namesVersion = try decoder.container(keyedBy: CodingKeys.self)
                        .contains(.version)
                }
            }
            let operation, path: String?
            let namespace: Namespace?
            let data: Query?
        }
        struct Response: Decodable {}
        let time, type, error: String?
        let auth: Auth?
        let request: Request?
        let response: Response?

        /// Of the root, the log names no path.
        var namespace: String { VaultAuditReporter.bare(request?.namespace?.path ?? "") }

        func isRead(of document: Document, by reader: Reader) -> Bool {
            type == "response" && request?.operation == "read" && request?.path == document.path
                && namespace == document.namespace && request?.data?.namesVersion != true
                && (error ?? "").isEmpty && response != nil
                && (reader.role == nil || auth?.metadata?["role_name"] == reader.role)
                && (reader.entity == nil || auth?.entity_id == reader.entity)
                && (reader.name == nil || auth?.display_name == reader.name)
        }
    }

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        path = try settings.absolutePath("path")
        document = Document(
            path: try settings.requiredText("document"),
            namespace: Self.bare(try settings.text("namespace") ?? ""))
        reader = Reader(
            role: try settings.text("role_name"), entity: try settings.text("entity_id"),
            name: try settings.text("display_name"))
        guard reader.role != nil || reader.entity != nil || reader.name != nil else {
            throw settings.invalid("role_name", "entity_id or display_name must say who reads")
        }
    }

    private static func bare(_ namespace: String) -> String {
        namespace.split(separator: "/").joined(separator: "/")
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        guard let tail = try FileTail.read(path, upTo: Self.cap) else { return nil }
        let (decoder, name) = (JSONDecoder(), Array(document.path.utf8))
        // The newest line comes last, and most are about something else.
        for bytes in tail.split(separator: UInt8(ascii: "\n")).reversed()
        where bytes.contains(name) {
            guard let line = try? decoder.decode(Line.self, from: Data(bytes)),
                line.isRead(of: document, by: reader),
                let at = line.time.flatMap(Instant.init(rfc3339:))
            else { continue }
            return .storeRead(at: at)
        }
        return nil
    }
}
