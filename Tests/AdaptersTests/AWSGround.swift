import AdapterContracts
import ClientCredentials
import Foundation
import HTTPTransport
import RotationCore

@testable import Adapters

/// A store of AWS, practised or emulated, and whoever else has access to it.
struct AWSGround: Sendable {
    /// Which one.
    enum Service: String, Sendable {
        case secretsManager = "aws-secrets-manager"
        case parameterStore = "aws-ssm-parameter"

        var name: String { self == .secretsManager ? "secretsmanager" : "ssm" }
        var target: String { self == .secretsManager ? "secretsmanager" : "AmazonSSM" }
    }

    let service: Service
    let url: String
    let http: any HTTPClient
    /// Where references look: `KEY_ID` and `KEY` are who may do everything.
    let environment: [String: String]

    static func now() -> Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private var standard: [String: SettingValue] {
        [
            "region": "eu-west-1", "url": .text(url),
            "auth": .group(["access_key_id": "env:KEY_ID", "secret_access_key": "env:KEY"]),
        ]
    }

    private func registry(_ http: any HTTPClient, _ more: [String: String]) -> AdapterRegistry {
        AdapterRegistry(http: http, environment: environment.merging(more) { $1 }, now: Self.now)
    }

    /// The store of a plan.
    func store(
        _ values: [String: SettingValue], _ more: [String: String] = [:],
        over http: (any HTTPClient)? = nil
    ) async throws -> any SecretStore {
        let plan = Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "id"),
            server: .of("none", [:]), stores: [])
        return try await registry(http ?? self.http, more).store(
            .of(service.rawValue, standard.merging(values) { $1 }), of: plan)
    }

    /// The same store with one request cut.
    func cutStore(_ values: [String: SettingValue], at cut: StoreCut) async throws -> CutStore {
        let http = CutHTTP(http, at: cut)
        return CutStore(try await store(values, over: http)) { http.isReached }
    }

    /// Makes a call of the service as somebody else.
    @discardableResult
    func ask(_ operation: String, _ members: AWSAPI.Members) async throws -> JSONDocument {
        let resolver = SecretResolver(environment: environment, http: http)
        let parts = ServerParts(
            http: http, resolver: resolver, tokens: TokenClient(http: http),
            roles: AWSRoles(http: http, resolver: resolver, now: Self.now), now: Self.now)
        let settings = Settings(.of("test", standard))
        let shared = try await AWSStoreParts(
            settings, service.name, target: service.target, parts
        ) { _ in nil }
        return try JSONDocument(try await shared.api.call(operation, members, .repeatable).body)
    }

    /// A name that no other test has.
    static func name() -> String { "billing/\(UUID().uuidString.lowercased())" }
    /// An id that no other version has.
    static func token() -> String { UUID().uuidString.lowercased() }
}

extension AWSGround {
    /// A secret that holds `text`.
    func makeSecret(_ text: String?, _ more: AWSAPI.Members = []) async throws -> String {
        let name = Self.name()
        let content = text.map { [(name: "SecretString", value: AWSAPI.Value.text($0))] } ?? []
        try await ask(
            "CreateSecret",
            [("Name", .text(name)), ("ClientRequestToken", .text(Self.token()))] + content + more)
        return name
    }

    /// Puts a text behind everybody's back, as the next current version.
    func putSecret(_ text: String, in name: String) async throws {
        try await ask(
            "PutSecretValue",
            [
                ("SecretId", .text(name)), ("ClientRequestToken", .text(Self.token())),
                ("SecretString", .text(text)), ("VersionStages", .texts(["AWSCURRENT"])),
            ])
    }

    /// The same in two steps, for emulators that leave `AWSCURRENT` on two versions otherwise.
    func replaceSecret(_ text: String, in name: String) async throws {
        let held = try await ask(
            "GetSecretValue", [("SecretId", .text(name)), ("VersionStage", .text("AWSCURRENT"))]
        ).node(at: ["VersionId"])?.text
        let token = Self.token()
        try await ask(
            "PutSecretValue",
            [
                ("SecretId", .text(name)), ("ClientRequestToken", .text(token)),
                ("SecretString", .text(text)), ("VersionStages", .texts(["THEIRS"])),
            ])
        try await ask(
            "UpdateSecretVersionStage",
            [
                ("SecretId", .text(name)), ("VersionStage", .text("AWSCURRENT")),
                ("MoveToVersionId", .text(token)), ("RemoveFromVersionId", .text(held ?? "")),
            ])
    }

    /// The text of the version with a label; nil where none has it.
    func secret(_ name: String, at stage: String = "AWSCURRENT") async throws -> String? {
        do {
            return try await ask(
                "GetSecretValue", [("SecretId", .text(name)), ("VersionStage", .text(stage))]
            ).node(at: ["SecretString"])?.text
        } catch let error as AdapterError where error.kind == .missing {
            return nil
        }
    }

    /// How many versions of a secret there are, those without a label too.
    func versions(of name: String) async throws -> Int {
        let answer = try await ask(
            "ListSecretVersionIds",
            [("SecretId", .text(name)), ("IncludeDeprecated", .flag(true))])
        guard case .array(let versions, _)? = try answer.node(at: ["Versions"]) else {
            throw NoList()
        }
        return versions.count
    }

    /// An answer without the list that was asked for.
    private struct NoList: Error {}

    /// The number of a parameter's newest version, as it is spelled.
    func newestVersion(of name: String) async throws -> String {
        let answer = try await ask("GetParameter", [("Name", .text(name))])
        let range = try answer.node(at: ["Parameter", "Version"])?.range ?? 0..<0
        return String(decoding: answer.bytes[range], as: UTF8.self)
    }

    /// Whether a version of ours is labelled as pending.
    func isPending(_ name: String) async throws -> Bool {
        let answer = try await ask("DescribeSecret", [("SecretId", .text(name))])
        guard case .object(let versions, _)? = try answer.node(at: ["VersionIdsToStages"]) else {
            return false
        }
        return versions.contains { version in
            guard case .array(let stages, _) = version.value else { return false }
            return stages.contains { $0.text == "AWSPENDING" }
        }
    }
}

extension AWSGround {
    /// A parameter that holds `text`.
    func makeParameter(
        _ text: String, type: String = "SecureString", _ more: AWSAPI.Members = []
    ) async throws -> String {
        let name = "/\(Self.name())"
        try await ask(
            "PutParameter",
            [("Name", .text(name)), ("Value", .text(text)), ("Type", .text(type))] + more)
        return name
    }

    /// Puts a text behind everybody's back, as the newest version.
    func putParameter(_ text: String, in name: String) async throws {
        try await ask(
            "PutParameter",
            [("Name", .text(name)), ("Value", .text(text)), ("Overwrite", .flag(true))])
    }

    /// Puts the label `live` on a version.
    func label(_ number: Int, of name: String) async throws {
        try await ask(
            "LabelParameterVersion",
            [
                ("Name", .text(name)), ("ParameterVersion", .number(number)),
                ("Labels", .texts(["live"])),
            ])
    }

    /// The text of the newest version, or of one with a selector: `:3`, `:live`.
    func parameter(_ name: String, at selector: String = "") async throws -> String? {
        try await ask(
            "GetParameter",
            [("Name", .text(name + selector)), ("WithDecryption", .flag(true))]
        ).node(at: ["Parameter", "Value"])?.text
    }

    /// The member of the newest version in the history.
    func trait(_ member: String, of name: String) async throws -> String? {
        let answer = try await ask("GetParameterHistory", [("Name", .text(name))])
        guard case .array(let versions, _)? = try answer.node(at: ["Parameters"]) else {
            return nil
        }
        return try answer.node(at: ["Parameters", "\(versions.count - 1)", member])?.text
    }
}
