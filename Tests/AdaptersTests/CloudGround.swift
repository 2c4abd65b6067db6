import AdapterContracts
import ClientCredentials
import Foundation
import HTTPTransport
import RotationCore

@testable import Adapters

/// A store of Azure, of Google or of OpenStack, and whoever else has access to it.
struct CloudGround: Sendable {
    /// Which one.
    enum Service: String, Sendable, CaseIterable {
        case keyVault = "azure-key-vault"
        case secretManager = "gcp-secret-manager"
        case barbican

        /// In which of the server's values the address is.
        fileprivate var address: String {
            switch self {
            case .keyVault: "KEY_VAULT_URL"
            case .secretManager: "GCP_SECRET_MANAGER_URL"
            case .barbican: "BARBICAN_URL"
            }
        }
    }

    let service: Service
    let url: String
    let http: any HTTPClient
    /// The practice server's values, where references look.
    let values: [String: String]

    init(
        _ service: Service, _ values: [String: String], over http: any HTTPClient = CurlClient()
    ) {
        (self.service, self.values, self.http) = (service, values, http)
        url = values[service.address] ?? ""
    }

    static func now() -> Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private func named(_ name: String) -> SettingValue { .text(values[name] ?? "") }

    /// What a plan says beside the name of the secret.
    private var standard: [String: SettingValue] {
        switch service {
        case .keyVault:
            [
                "vault": .text(url), "scope": "https://vault.azure.net/.default",
                "auth": .group([
                    "tenant": named("ENTRA_TENANT"), "authority": named("ENTRA_AUTHORITY"),
                    "client_id": named("ENTRA_ADMIN_CLIENT_ID"),
                    "client_secret": "env:ENTRA_ADMIN_CLIENT_SECRET",
                ]),
            ]
        case .secretManager:
            [
                "project": named("GOOGLE_PROJECT"), "url": .text(url),
                "auth": .group(["token": "env:GOOGLE_ADMIN_TOKEN"]),
            ]
        case .barbican:
            ["url": .text(url), "auth": .group(["token": "env:BARBICAN_LEAST_TOKEN"])]
        }
    }

    private func settings(_ more: [String: SettingValue]) -> TargetSettings {
        .of(service.rawValue, standard.merging(more) { $1 })
    }

    /// The store of a plan.
    func store(
        _ settings: [String: SettingValue], _ more: [String: String] = [:],
        over http: (any HTTPClient)? = nil
    ) async throws -> any SecretStore {
        let plan = Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "id"),
            server: .of("none", [:]), stores: [])
        let registry = AdapterRegistry(
            http: http ?? self.http, environment: values.merging(more) { $1 }, now: Self.now)
        return try await registry.store(self.settings(settings), of: plan)
    }

    /// The same store with one request cut.
    func cutStore(_ settings: [String: SettingValue], at cut: StoreCut) async throws -> CutStore {
        let http = CutHTTP(http, at: cut)
        return CutStore(try await store(settings, over: http)) { http.isReached }
    }

    /// Makes a call of the service as somebody else; throws unless it succeeds.
    @discardableResult
    func ask(_ method: String, _ path: String, _ json: String? = nil) async throws -> JSONDocument {
        let resolver = SecretResolver(environment: values, http: http)
        let parts = ServerParts(
            http: http, resolver: resolver, tokens: TokenClient(http: http),
            roles: AWSRoles(http: http, resolver: resolver, now: Self.now), now: Self.now)
        let settings = settings(["secret": "any"])
        let admin: AdminAPI
        switch service {
        case .keyVault: admin = try await KeyVaultStore(settings, parts).api.admin
        case .secretManager: admin = try await GoogleSecretStore(settings, parts).api.admin
        case .barbican:
            let token = SettingValue.group(["token": "env:BARBICAN_ADMIN_TOKEN"])
            admin = try await BarbicanStore(
                self.settings(["secret": "any", "auth": token]), parts
            ).api.admin
        }
        let answer = try await admin.expect(
            [200, 201, 204], method, path, body: json.map { Array($0.utf8) }, .repeatable)
        return try JSONDocument(answer.body.isEmpty ? Array("null".utf8) : answer.body)
    }

    static func literal(_ text: String) -> String {
        String(decoding: JSONDocument.literal(text), as: UTF8.self)
    }
}

extension CloudGround {
    /// The path of a secret, or of what stands below it.
    func path(_ name: String, _ rest: String = "") -> String {
        switch service {
        case .keyVault: "/secrets/\(name)\(rest)?api-version=2026-04-01"
        case .secretManager:
            "/v1/projects/\(values["GOOGLE_PROJECT"] ?? "")/secrets/\(name)\(rest)"
        case .barbican: "/v1/secrets\(rest)"
        }
    }

    /// A secret that holds `text`; `more` are further members of the request that makes it.
    func make(_ text: String, _ more: String = "") async throws -> String {
        let name = "billing-\(UUID().uuidString.lowercased())"
        if service == .secretManager {
            try await ask(
                "POST", "\(path("").dropLast())?secretId=\(name)",
                #"{"replication":{"automatic":{}}\#(more)}"#)
            try await put(text, in: name)
        } else {
            try await put(text, in: name, more)
        }
        return name
    }

    /// Puts a text behind everybody's back, as the newest version.
    func put(_ text: String, in name: String, _ more: String = "") async throws {
        switch service {
        case .keyVault:
            try await ask("PUT", path(name), #"{"value":\#(Self.literal(text))\#(more)}"#)
        case .secretManager:
            try await ask(
                "POST", path(name, ":addVersion"),
                #"{"payload":{"data":"\#(Data(text.utf8).base64EncodedString())"}}"#)
        case .barbican:
            try await ask(
                "POST", path(name),
                #"{"name":\#(Self.literal(name)),"payload":\#(Self.literal(text)),"#
                    + #""payload_content_type":"text/plain"\#(more)}"#)
        }
    }

    /// What consumers read.
    func text(of name: String, at version: String? = nil) async throws -> String? {
        switch service {
        case .keyVault:
            return try await newest(name, at: version).node(at: ["value"])?.text
        case .secretManager:
            let data = try await newest(name, at: version).node(at: ["payload", "data"])?.text
            return Data(base64Encoded: data ?? "").map { String(decoding: $0, as: UTF8.self) }
        case .barbican:
            let newest = try await barbicanSecrets(name).first
            guard let id = version ?? newest else { return nil }
            return String(decoding: try await barbicanPayload(id), as: UTF8.self)
        }
    }

    /// The newest version as it is answered, or another one.
    func newest(_ name: String, at version: String? = nil) async throws -> JSONDocument {
        switch service {
        case .keyVault: return try await ask("GET", path(name, "/\(version ?? "")"))
        case .secretManager:
            return try await ask("GET", path(name, "/versions/\(version ?? "latest"):access"))
        case .barbican:
            let newest = try await barbicanSecrets(name).first
            return try await ask("GET", path(name, "/\(version ?? newest ?? "")"))
        }
    }

    /// An answer without the list that was asked for.
    private struct NoList: Error {}

    /// The names of all versions.
    func versions(of name: String) async throws -> [String] {
        if service == .barbican { return try await barbicanSecrets(name).reversed() }
        var (names, next): ([String], String?) = ([], path(name, "/versions"))
        let (list, id) = service == .keyVault ? ("value", "id") : ("versions", "name")
        while let path = next {
            let page = try await ask("GET", path)
            guard case .array(let items, _)? = try page.node(at: [list]) else { throw NoList() }
            for index in items.indices {
                let text = try page.node(at: [list, "\(index)", id])?.text ?? ""
                names.append(String(text.split(separator: "/").last ?? ""))
            }
            let link = (try? page.node(at: ["nextLink"]))??.text
            next = link.map { String($0.dropFirst(url.count)) }
        }
        return names
    }
}
