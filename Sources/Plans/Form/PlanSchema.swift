public import RotationCore

/// The JSON Schema of plan files, for editors; made from the tables that the reader checks against.
public enum PlanSchema {
    /// The schema (draft 2020-12) for these adapters, indented, with a line feed at the end.
    public static func json(descriptors: AdapterDescriptors) -> String {
        value(for: PlanGrammar(descriptors), descriptors).pretty
    }

    /// The schema of `alerts.yaml`, likewise.
    public static func alerts(channels: [AdapterDescriptor]) -> String {
        let definitions = channels.map { channel in
            JSONValue.Member(
                key: "\(AdapterRole.channel.rawValue)-\(channel.type)",
                value: SchemaBuilder.object(PlanGrammar.fields(of: channel, as: .channel)))
        }
        return JSONValue.object([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("Who holdover tells"),
            "allOf": .array([SchemaBuilder.object(AlertGrammar(channels).fields)]),
            "$defs": .object(definitions),
        ]).pretty
    }

    /// The schema as a tree.
    static func value(for grammar: PlanGrammar, _ descriptors: AdapterDescriptors) -> JSONValue {
        var definitions: [JSONValue.Member] = []
        for role in AdapterRole.allCases {
            for descriptor in role.descriptors(in: descriptors) {
                let fields = PlanGrammar.fields(of: descriptor, as: role)
                definitions.append(
                    JSONValue.Member(
                        key: "\(role.rawValue)-\(descriptor.type)",
                        value: SchemaBuilder.object(fields)))
            }
        }
        let clients = JSONValue.object([
            "type": .string("array"), "minItems": .integer(1),
            "description": .string("A fleet: each entry's keys replace the ones beside `clients`"),
            "items": SchemaBuilder.object(grammar.fields, requires: ["client"]),
        ])
        let defaults = grammar.fields.filter { $0.name != "client" }
        let fleet = SchemaBuilder.object(
            defaults, requires: ["clients"],
            extra: [JSONValue.Member(key: "clients", value: clients)])
        return .object([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("A holdover plan"),
            "type": .string("object"),
            "if": .object(["required": .array([.string("clients")])]),
            "then": .object(["$ref": .string("#/$defs/fleet")]),
            "else": .object(["$ref": .string("#/$defs/plan")]),
            "$defs": .object(
                [
                    JSONValue.Member(key: "plan", value: plan(grammar)),
                    JSONValue.Member(key: "fleet", value: .object(["allOf": fleetRules(fleet)])),
                ] + definitions),
        ])
    }

    private static func plan(_ grammar: PlanGrammar) -> JSONValue {
        let evidence = JSONValue.array([required("consumers"), required("soak")])
        return .object([
            "allOf": .array([SchemaBuilder.object(grammar.fields), .object(["anyOf": evidence])])
        ])
    }

    /// What every plan needs stands beside `clients` or in each of its entries.
    private static func fleetRules(_ fleet: JSONValue) -> JSONValue {
        let everywhere = ["client_id", "server", "stores"].map { key in
            JSONValue.object(["anyOf": .array([required(key), ofEach(required(key))])])
        }
        let evidence = JSONValue.array([required("consumers"), required("soak")])
        let words = JSONValue.object([
            "anyOf": .array([
                required("consumers"), required("soak"), ofEach(.object(["anyOf": evidence])),
            ])
        ])
        return .array([fleet] + everywhere + [words])
    }

    private static func required(_ key: String) -> JSONValue {
        .object(["required": .array([.string(key)])])
    }

    private static func ofEach(_ rule: JSONValue) -> JSONValue {
        .object(["properties": .object(["clients": .object(["items": rule])])])
    }
}
