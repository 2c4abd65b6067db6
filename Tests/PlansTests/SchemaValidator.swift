import Testing

@testable import Plans

/// A validator of the part of JSON Schema (2020-12) that ``PlanSchema`` emits; any other keyword is
/// an error of the test, so that the schema can't outgrow it unseen.
final class SchemaValidator {
    private let root: JSONValue
    private var regexes: [String: Regex<AnyRegexOutput>] = [:]

    init(_ schema: JSONValue) { root = schema }

    func accepts(_ document: JSONValue) throws -> Bool { try accepts(document, by: root) }

    private func accepts(_ value: JSONValue, by schema: JSONValue) throws -> Bool {
        guard case .object(let keywords) = schema else {
            return schema == .boolean(true)
        }
        return try keywords.allSatisfy { try holds($0.key, $0.value, in: schema, for: value) }
    }

    private func holds(
        _ keyword: String, _ rule: JSONValue, in schema: JSONValue, for value: JSONValue
    ) throws -> Bool {
        switch keyword {
        case "$schema", "title", "description", "$defs", "then", "else": true
        case "$ref": try accepts(value, by: resolve(rule))
        case "allOf": try rule.items.allSatisfy { try accepts(value, by: $0) }
        case "anyOf": try rule.items.contains { try accepts(value, by: $0) }
        case "if":
            try accepts(
                value, by: schema[accepts(value, by: rule) ? "then" : "else"] ?? .boolean(true))
        case "type": rule.isArray ? rule.items.contains(where: value.isOf) : value.isOf(rule)
        case "enum": rule.items.contains(value)
        case "const": rule == value
        case "minimum": value.number.map { $0 >= (rule.number ?? 0) } ?? true
        case "pattern": try matches(value, rule)
        case "minItems": !value.isArray || value.items.count >= Int(rule.number ?? 0)
        case "items": try !value.isArray || value.items.allSatisfy { try accepts($0, by: rule) }
        default: try holdsForObject(keyword, rule, in: schema, for: value)
        }
    }

    private func holdsForObject(
        _ keyword: String, _ rule: JSONValue, in schema: JSONValue, for value: JSONValue
    ) throws -> Bool {
        guard case .object(let members) = value else { return true }
        switch keyword {
        case "required": return rule.items.allSatisfy { value[$0.string ?? ""] != nil }
        case "properties":
            return try members.allSatisfy { member in
                try rule[member.key].map { try accepts(member.value, by: $0) } ?? true
            }
        case "additionalProperties":
            try #require(rule == .boolean(false))
            return members.allSatisfy { schema["properties"]?[$0.key] != nil }
        default:
            Issue.record("the validator doesn't know \(keyword)")
            return false
        }
    }

    private func resolve(_ reference: JSONValue) throws -> JSONValue {
        let name = try #require(reference.string?.split(separator: "/").last)
        return try #require(root["$defs"]?[String(name)])
    }

    private func matches(_ value: JSONValue, _ pattern: JSONValue) throws -> Bool {
        guard let text = value.string else { return true }
        let source = try #require(pattern.string)
        let regex = try regexes[source] ?? Regex(source).matchingSemantics(.unicodeScalar)
        regexes[source] = regex
        return text.contains(regex)
    }
}

extension JSONValue {
    fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var isArray: Bool { if case .array = self { true } else { false } }
    fileprivate var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    fileprivate var number: Double? {
        if case .integer(let number) = self { Double(number) } else { nil }
    }

    fileprivate func isOf(_ type: JSONValue) -> Bool {
        switch (self, type.string) {
        case (.string, "string"), (.integer, "integer"), (.integer, "number"),
            (.boolean, "boolean"), (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }
}

extension DocumentNode {
    /// What an editor makes of the node under YAML's core schema.
    var asJSON: JSONValue {
        switch content {
        case .scalar(let text, isPlain: true) where ["true", "false"].contains(text):
            .boolean(text == "true")
        case .scalar(let text, isPlain: true) where Int(text) != nil: .integer(Int(text) ?? 0)
        case .scalar where isNull: .object([JSONValue.Member(key: "null", value: .boolean(true))])
        case .scalar(let text, _): .string(text)
        case .sequence(let items): .array(items.map(\.asJSON))
        case .mapping(let entries):
            .object(entries.map { JSONValue.Member(key: $0.key, value: $0.value.asJSON) })
        case .broken: .string("broken")
        }
    }
}
