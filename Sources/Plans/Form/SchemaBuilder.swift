import RotationCore

/// Spells shapes as JSON Schema.
enum SchemaBuilder {
    /// A mapping with these keys and no others; `requires` replaces what the fields say.
    static func object(
        _ fields: [Field], requires: [String]? = nil, extra: [JSONValue.Member] = []
    ) -> JSONValue {
        let needed = requires ?? fields.filter(\.isRequired).map(\.name)
        let properties = fields.map { field in
            JSONValue.Member(
                key: field.name, value: described(schema(of: field.shape), field.summary))
        }
        return .object([
            "type": .string("object"),
            "properties": .object(properties + extra),
            "required": needed.isEmpty ? nil : .array(needed.map(JSONValue.string)),
            "additionalProperties": .boolean(false),
        ])
    }

    private static func described(_ schema: JSONValue, _ summary: String) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        return .object([JSONValue.Member(key: "description", value: .string(summary))] + members)
    }

    private static func schema(of shape: Shape) -> JSONValue {
        switch shape {
        case .text: text([Spelling.text], numbers: true)
        case .clientName: word(Spelling.clientName)
        case .clientID: text([Spelling.clientID], numbers: true)
        case .name: text([Spelling.name])
        case .integer(let minimum):
            .object(["type": .string("integer"), "minimum": minimum.map(JSONValue.integer)])
        case .boolean: .object(["type": .string("boolean")])
        case .span(let isPositive):
            word(isPositive ? Spelling.positiveSpan : Spelling.span)
        case .window: word(Spelling.window)
        case .url: text([Address.pattern])
        case .path: text([Spelling.path, Spelling.text])
        case .reference: text([Spelling.reference, Spelling.text])
        case .choice(let words):
            .object(["type": .string("string"), "enum": .array(words.map(JSONValue.string))])
        case .list(let element):
            .object([
                "type": .string("array"), "minItems": .integer(1), "items": schema(of: element),
            ])
        case .group(let fields): object(fields)
        case .target(let role, let descriptors): target(role, descriptors)
        }
    }

    private static func word(_ pattern: String) -> JSONValue {
        .object(["type": .string("string"), "pattern": .string(pattern)])
    }

    /// Text that fits all patterns or holds `{client}`, which is filled in before it is checked.
    ///
    /// A number is text where its spelling doesn't matter.
    private static func text(_ patterns: [String], numbers: Bool = false) -> JSONValue {
        let rules = patterns.map { JSONValue.object(["pattern": .string($0)]) }
        let placeholder = JSONValue.object(["pattern": .string(#"\{client(_id)?\}"#)])
        let fits = rules.count == 1 ? rules[0] : .object(["allOf": .array(rules)])
        return .object([
            "type": numbers ? .array([.string("string"), .string("number")]) : .string("string"),
            "anyOf": .array([fits, placeholder]),
        ])
    }

    private static func target(_ role: AdapterRole, _ descriptors: [AdapterDescriptor]) -> JSONValue
    {
        let type = JSONValue.array([.string("type")])
        var cases = descriptors.map { descriptor -> JSONValue in
            let isNamed = JSONValue.object([
                "properties": .object(["type": .object(["const": .string(descriptor.type)])]),
                "required": type,
            ])
            return .object(["if": isNamed, "then": reference(to: descriptor.type, as: role)])
        }
        if let standard = role.standard, descriptors.contains(where: { $0.type == standard }) {
            cases.append(
                .object([
                    "if": .object(["required": type]), "else": reference(to: standard, as: role),
                ]))
        }
        return .object([
            "type": .string("object"),
            "properties": .object([
                "type": .object(["enum": .array(descriptors.map { .string($0.type) })])
            ]),
            "required": role.standard == nil ? type : nil,
            "allOf": .array(cases),
        ])
    }

    private static func reference(to type: String, as role: AdapterRole) -> JSONValue {
        .object(["$ref": .string("#/$defs/\(role.rawValue)-\(type)")])
    }
}
