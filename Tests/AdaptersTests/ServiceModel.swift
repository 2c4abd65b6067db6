import Foundation
import HTTPTransport

@testable import Adapters

/// An AWS service's model as botocore has it, and whether requests and answers fit its shapes.
///
/// The files are not part of this project: they are looked for in `HOLDOVER_CONTRACTS` and beside
/// the package, and tests that need them are skipped where they are absent.
struct ServiceModel: Sendable {
    private let document: JSONDocument

    static let cognito = load("cognito/cognito-idp-client-secrets.service-2.json")

    private static func load(_ name: String) -> ServiceModel? {
        let named = ProcessInfo.processInfo.environment["HOLDOVER_CONTRACTS"]
        let folder =
            named.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared/contracts").standardized
        guard let data = try? Data(contentsOf: folder.appending(path: name)),
            let document = try? JSONDocument(Array(data))
        else { return nil }
        return ServiceModel(document: document)
    }

    /// What is wrong with an exchange, in words.
    func problems(with exchange: Recorder.Exchange) -> [String] {
        let operation = exchange.request.headers["X-Amz-Target"]?.split(separator: ".").last
        guard let operation = operation.map(String.init),
            let input = text(["operations", operation, "input", "shape"]),
            let request = try? JSONDocument(exchange.request.body ?? [])
        else { return ["no operation of the contract"] }
        return check(request.root, input, at: operation) + answer(exchange, to: operation)
    }

    private func answer(_ exchange: Recorder.Exchange, to operation: String) -> [String] {
        guard let body = try? JSONDocument(exchange.response.body) else { return ["no JSON"] }
        guard exchange.response.status != 200 else {
            let output = text(["operations", operation, "output", "shape"])
            return output.map { check(body.root, $0, at: "\(operation) answer") } ?? []
        }
        guard let type = (try? body.node(at: ["__type"]))?.text else { return ["no __type"] }
        // What every service says of a caller isn't listed for each of its operations.
        let isOfAll = type.hasSuffix("SignatureException") || type == "UnrecognizedClientException"
        let errors = items(["operations", operation, "errors"])
        let isNamed = errors.indices.contains {
            text(["operations", operation, "errors", "\($0)", "shape"]) == type
        }
        return isOfAll || isNamed ? [] : ["\(operation) doesn't throw \(type)"]
    }

    private func check(_ node: JSONDocument.Node, _ shape: String, at place: String) -> [String] {
        let type = text(["shapes", shape, "type"]) ?? "?"
        switch (type, node) {
        case ("structure", .object(let members, _)):
            let required = items(["shapes", shape, "required"]).compactMap(\.text)
            let missing = required.filter { name in !members.contains { $0.key == name } }
            return missing.map { "\(place).\($0) is missing" }
                + members.flatMap { member in
                    let inner = text(["shapes", shape, "members", member.key, "shape"])
                    return inner.map { check(member.value, $0, at: "\(place).\(member.key)") }
                        ?? ["\(place).\(member.key) is not in the contract"]
                }
        case ("list", .array(let items, _)):
            let inner = text(["shapes", shape, "member", "shape"]) ?? ""
            return items.flatMap { check($0, inner, at: "\(place)[]") }
        case ("string", .string(let text, _)): return check(text, shape, at: place)
        case ("timestamp", .number): return []
        default: return ["\(place) is no \(type)"]
        }
    }

    private func check(_ text: String, _ shape: String, at place: String) -> [String] {
        var problems: [String] = []
        if let low = number(["shapes", shape, "min"]), text.utf8.count < low {
            problems.append("\(place) is too short")
        }
        if let high = number(["shapes", shape, "max"]), text.utf8.count > high {
            problems.append("\(place) is too long")
        }
        if let pattern = self.text(["shapes", shape, "pattern"]),
            let regex = try? Regex(pattern), (try? regex.wholeMatch(in: text)) == nil
        {
            problems.append("\(place) doesn't match \(pattern)")
        }
        return problems
    }

    private func node(_ path: [String]) -> JSONDocument.Node? { try? document.node(at: path) }
    private func text(_ path: [String]) -> String? { node(path)?.text }

    private func number(_ path: [String]) -> Int? {
        guard case .number(let range)? = node(path) else { return nil }
        return Int(String(decoding: document.bytes[range], as: UTF8.self))
    }

    private func items(_ path: [String]) -> [JSONDocument.Node] {
        guard case .array(let items, _)? = node(path) else { return [] }
        return items
    }
}
