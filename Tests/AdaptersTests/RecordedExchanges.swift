import Foundation
import HTTPTransport

@testable import Adapters

/// What a vendor's own client asked and was told, and whether requests and answers have the same
/// shape.
///
/// The files are not part of this project: they are looked for in `HOLDOVER_CONTRACTS` and beside
/// the package, and tests that need them are skipped where they are absent.
struct RecordedExchanges: Sendable {
    /// What one kind of request looked like, and what came back.
    private struct Shape: Sendable {
        var asked: Set<String>
        var queries: Set<String>
        /// What is in every answer.
        var always: Set<String>
        /// What is in any.
        var answered: Set<String>
    }

    private let shapes: [String: Shape]
    /// Members whose own members are anybody's.
    private let open: Set<String>

    static let keyVault = RecordedExchanges("azure-keyvault", open: ["tags"])
    static let secretManager = RecordedExchanges("gcp-secretmanager/sdk-wire", open: ["labels"])

    private init?(_ name: String, open: Set<String>) {
        let named = ProcessInfo.processInfo.environment["HOLDOVER_CONTRACTS"]
        let contracts =
            named.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared/contracts").standardized
        let folder = contracts.appending(path: name)
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        var shapes: [String: Shape] = [:]
        for file in files ?? [] where file.pathExtension == "json" {
            guard let data = try? Data(contentsOf: file), let text = try? JSONDocument(Array(data)),
                let method = (try? text.node(at: ["request", "method"]))??.text,
                let path = (try? text.node(at: ["request", "path"]))??.text,
                case .number(let status)? = try? text.node(at: ["response", "status"])
            else { continue }
            let asked = Self.members(try? text.node(at: ["request", "body"]), open)
            let said = Self.members(try? text.node(at: ["response", "body"]), open)
            let kind =
                "\(Self.kind(method, path)) \(String(decoding: text.bytes[status], as: UTF8.self))"
            let known = shapes[kind]
            shapes[kind] = Shape(
                asked: asked.union(known?.asked ?? []),
                queries: Self.queries(path).union(known?.queries ?? []),
                always: said.intersection(known?.always ?? said),
                answered: said.union(known?.answered ?? []))
        }
        guard !shapes.isEmpty else { return nil }
        (self.shapes, self.open) = (shapes, open)
    }

    /// Whether the vendor's client made a request of this kind, and was told the same status.
    func knows(_ exchange: Recorder.Exchange) -> Bool { shapes[Self.kind(exchange)] != nil }

    /// What is wrong with an exchange, in words; nothing where `knows` it not.
    func problems(with exchange: Recorder.Exchange) -> [String] {
        let kind = Self.kind(exchange)
        guard let shape = shapes[kind] else { return [] }
        let asked = Self.members(try? JSONDocument(exchange.request.body ?? []).root, open)
        let said = Self.members(try? JSONDocument(exchange.response.body).root, open)
        let queries = Self.queries(exchange.request.url)
        return asked.subtracting(shape.asked).map { "\(kind) asks \($0)" }
            + queries.subtracting(shape.queries).map { "\(kind) asks ?\($0)" }
            + said.subtracting(shape.answered).map { "\(kind) says \($0)" }
            + shape.always.subtracting(said).map { "\(kind) doesn't say \($0)" }
    }

    private static func kind(_ exchange: Recorder.Exchange) -> String {
        "\(kind(exchange.request.method, exchange.request.url)) \(exchange.response.status)"
    }

    /// The method, and the path from `/secrets` on without what things are called.
    private static func kind(_ method: String, _ address: String) -> String {
        let path = address.prefix { $0 != "?" }
        guard let start = path.firstRange(of: "/secrets") else { return "\(method) elsewhere" }
        let parts = path[start.lowerBound...].split(separator: "/")
        let words = parts.map { part in
            if ["secrets", "versions"].contains(part) { return String(part) }
            return "{}" + part.drop { $0 != ":" }
        }
        return "\(method) /\(words.joined(separator: "/"))"
    }

    private static func queries(_ address: String) -> Set<String> {
        let query = address.drop { $0 != "?" }.dropFirst()
        return Set(query.split(separator: "&").map { String($0.prefix { $0 != "=" }) })
    }

    /// The paths of all members, each with its type.
    private static func members(
        _ node: JSONDocument.Node??, _ open: Set<String>, at path: String = "$"
    ) -> Set<String> {
        switch node ?? nil {
        case nil: []
        case .object(let members, _)?:
            members.reduce(into: [path]) { found, member in
                let isOpen = open.contains(path.split(separator: ".").last.map(String.init) ?? "")
                let inner = isOpen ? "\(path).*" : "\(path).\(member.key)"
                found.formUnion(self.members(member.value, open, at: inner))
            }
        case .array(let items, _)?:
            items.reduce(into: [path]) { $0.formUnion(self.members($1, open, at: "\(path)[]")) }
        case .string?: ["\(path): text"]
        case .number?: ["\(path): number"]
        case .boolean?: ["\(path): boolean"]
        case .null?: ["\(path): null"]
        }
    }
}
