import Foundation
import HTTPTransport

@testable import Adapters

/// An AWS service's model with its shapes written out in place, and whether requests and answers
/// fit.
///
/// The files are not part of this project: see ``ServiceModel``.
struct TrimmedModel: Sendable {
    private let document: JSONDocument

    static let secretsManager = load("aws/secretsmanager.json")
    static let parameterStore = load("aws/ssm.json")

    private static func load(_ name: String) -> TrimmedModel? {
        let named = ProcessInfo.processInfo.environment["HOLDOVER_CONTRACTS"]
        let folder =
            named.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared/contracts").standardized
        guard let data = try? Data(contentsOf: folder.appending(path: name)),
            let document = try? JSONDocument(Array(data))
        else { return nil }
        return TrimmedModel(document: document)
    }

    /// Whether the model has the operation of a request.
    func knows(_ exchange: Recorder.Exchange) -> Bool {
        node(["operations", operation(of: exchange)]) != nil
    }

    private func operation(of exchange: Recorder.Exchange) -> String {
        let target = exchange.request.headers["X-Amz-Target"] ?? ""
        return target.split(separator: ".").last.map(String.init) ?? ""
    }

    /// What is wrong with an exchange, in words.
    func problems(with exchange: Recorder.Exchange) -> [String] {
        let operation = operation(of: exchange)
        guard let request = try? JSONDocument(exchange.request.body ?? []),
            let answer = try? JSONDocument(exchange.response.body), knows(exchange)
        else { return ["\(operation): no operation of the contract, or no JSON"] }
        let asked = check(request.root, ["operations", operation, "input"], at: operation)
        if exchange.response.status == 200 {
            let place = "\(operation) answer"
            return asked + check(answer.root, ["operations", operation, "output"], at: place)
        }
        let type = (try? answer.node(at: ["__type"]))?.text ?? ""
        // What every service says of a caller isn't listed for each of its operations.
        let ofAll = [
            "UnrecognizedClientException", "InvalidSignatureException", "ThrottlingException",
            "AccessDeniedException", "ValidationException",
        ]
        let isNamed = items(["operations", operation, "errors"]).indices.contains {
            text(["operations", operation, "errors", "\($0)", "name"]) == type
        }
        return asked
            + (ofAll.contains(type) || isNamed ? [] : ["\(operation) doesn't throw \(type)"])
    }

    private func check(_ node: JSONDocument.Node, _ shape: [String], at place: String) -> [String] {
        let type = text(shape + ["type"]) ?? "?"
        switch (type, node) {
        case ("structure", .object(let members, _)):
            let required = items(shape + ["required"]).compactMap(\.text)
            let missing = required.filter { name in !members.contains { $0.key == name } }
            return missing.map { "\(place).\($0) is missing" }
                + members.flatMap { member in
                    let inner = shape + ["members", member.key]
                    return self.node(inner) == nil
                        ? ["\(place).\(member.key) is not in the contract"]
                        : check(member.value, inner, at: "\(place).\(member.key)")
                }
        case ("map", .object(let members, _)):
            return members.flatMap { member in
                check(member.key, shape + ["key"], at: "\(place) key")
                    + check(member.value, shape + ["value"], at: "\(place).\(member.key)")
            }
        case ("list", .array(let items, _)):
            let count = limits(items.count, shape, at: place)
            return count + items.flatMap { check($0, shape + ["member"], at: "\(place)[]") }
        case ("string", .string(let text, _)), ("blob", .string(let text, _)):
            return check(text, shape, at: place)
        case ("timestamp", .number), ("integer", .number), ("long", .number),
            ("boolean", .boolean):
            return []
        default: return ["\(place) is no \(type)"]
        }
    }

    private func check(_ text: String, _ shape: [String], at place: String) -> [String] {
        var problems = limits(text.utf8.count, shape, at: place)
        if let pattern = self.text(shape + ["constraints", "pattern"]) {
            do {
                if try Regex(pattern).wholeMatch(in: text) == nil {
                    problems.append("\(place) doesn't match \(pattern)")
                }
            } catch { problems.append("\(place): \(pattern) can't be asked") }
        }
        let words = items(shape + ["constraints", "enum"]).compactMap(\.text)
        if !words.isEmpty, !words.contains(text) { problems.append("\(place) is no word of it") }
        return problems
    }

    private func limits(_ count: Int, _ shape: [String], at place: String) -> [String] {
        let (low, high) = (
            number(shape + ["constraints", "min"]), number(shape + ["constraints", "max"])
        )
        return (low.map { count < $0 } ?? false ? ["\(place) is too short"] : [])
            + (high.map { count > $0 } ?? false ? ["\(place) is too long"] : [])
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
