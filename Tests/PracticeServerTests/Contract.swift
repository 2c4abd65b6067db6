import Foundation

/// A vendor's OpenAPI file, and whether an answer fits it.
///
/// The files are not part of this project: they are looked for in `HOLDOVER_CONTRACTS` and beside
/// the package, and tests that need them are skipped where they are absent.
struct Contract: Sendable {
    private let document: JSON

    static let okta = load("okta/app-credentials.openapi.json")
    static let oktaOAuth = load("okta/oauth-clients.openapi.json")
    static let keycloak = load("keycloak/admin-clients.openapi.json")
    static let gravitee = load("gravitee-am/application-secrets.openapi.json")
    static let pingFederate = load("pingfederate/oauth-clients.openapi.json")
    static let pingOne = load("pingone/application-secret.openapi.json")
    static let wso2 = load("wso2-is/oidc-client-secrets.openapi.json")
    static let auth0 = load("auth0/management-clients.openapi.json")
    static let graph = load("microsoft-graph/application-credentials.openapi.json")

    static let hydra = load("ory-hydra/hydra-clients.openapi.json")
    static let uaa = load("uaa/client-secret.openapi.json")

    private static func load(_ name: String) -> Contract? {
        document(name).map(Contract.init)
    }

    /// A vendor's file, in whichever form; nil where the files are absent.
    static func document(_ name: String) -> JSON? {
        let named = ProcessInfo.processInfo.environment["HOLDOVER_CONTRACTS"]
        let folder =
            named.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared/contracts").standardized
        return try? JSON(Data(contentsOf: folder.appending(path: name)))
    }

    /// What is wrong with an answer to `method path`, in words; empty when it fits.
    func problems(_ answer: RawHTTP.Answer, to method: String, _ path: String) -> [String] {
        let operation = document["paths"][path][method.lowercased()]
        guard operation != .null else { return ["\(method) \(path) is not in the contract"] }
        let responses = operation["responses"]
        let named = ["\(answer.status)", "\(answer.status / 100)XX", "default"]
        let response = resolve(named.map { responses[$0] }.first { $0 != .null } ?? .null)
        guard response != .null else { return ["\(answer.status) is not in the contract"] }
        let schema = response["content"]["application/json"]["schema"]
        if schema == .null { return answer.body.isEmpty ? [] : ["there should be no body"] }
        guard answer.headers["content-type"]?.hasPrefix("application/json") ?? false else {
            return ["the type is \(answer.headers["content-type"] ?? "absent")"]
        }
        return check(answer.json, schema, at: "$")
    }

    private func resolve(_ node: JSON) -> JSON {
        guard let reference = node["$ref"].string else { return node }
        let found = reference.dropFirst(2).split(separator: "/").reduce(document) { node, key in
            node[String(key)]
        }
        return resolve(found)
    }

    private func check(
        _ value: JSON, _ schema: JSON, at path: String, isPart: Bool = false
    ) -> [String] {
        let schema = resolve(schema)
        if value == .null {
            return schema["nullable"].bool ?? false ? [] : ["\(path) is null"]
        }
        var problems = schema["allOf"].array.flatMap {
            check(value, $0, at: path, isPart: true)
        }
        for (word, isFine) in [("oneOf", { $0 == 1 }), ("anyOf", { $0 > 0 })] {
            let choices = schema[word].array
            let fitting = choices.count { check(value, $0, at: path, isPart: true).isEmpty }
            if !choices.isEmpty, !isFine(fitting) { problems.append("\(path) fits no \(word)") }
        }
        if !schema["enum"].array.isEmpty, !schema["enum"].array.contains(value) {
            problems.append("\(path) is not one of the enum")
        }
        if let type = schema["type"].string, !Self.isOf(type, value) {
            return problems + ["\(path) is not of type \(type)"]
        }
        for (index, item) in value.array.enumerated() where schema["items"] != .null {
            problems += check(item, schema["items"], at: "\(path)[\(index)]")
        }
        return problems + members(value, schema, at: path, isPart: isPart)
    }

    /// Members that the contract does not name are problems too: they would be our invention.
    private func members(
        _ value: JSON, _ schema: JSON, at path: String, isPart: Bool
    ) -> [String] {
        guard case .object(let members) = value else { return [] }
        var problems = schema["required"].array.compactMap(\.string)
            .filter { members[$0] == nil }.map { "\(path).\($0) is missing" }
        let known = schema["properties"].object
        let others = schema["additionalProperties"]
        let isOpen = isPart || known.isEmpty || schema["allOf"] != .null || others != .null
        for (name, member) in members {
            if let schema = known[name] {
                problems += check(member, schema, at: "\(path).\(name)")
            } else if case .object = others {
                problems += check(member, others, at: "\(path).\(name)")
            } else if !isOpen || others == .bool(false) {
                problems.append("\(path).\(name) is not in the contract")
            }
        }
        return problems
    }

    private static func isOf(_ type: String, _ value: JSON) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
            ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
