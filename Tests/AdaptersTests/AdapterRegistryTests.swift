import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite struct AdapterRegistryTests {
    private let registry = AdapterRegistry(
        http: CurlClient(), environment: ["T": "token-of-a-test"]
    ) { Instant(milliseconds: 0) }

    private func plan(_ server: TargetSettings) -> Plan {
        Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "id"), server: server,
            stores: [])
    }

    private static let none = TargetSettings.of("none", [:])

    @Test func `every type of the list makes a port, and no other does`() async throws {
        let plan = plan(Self.none)
        for descriptor in AdapterRegistry.descriptors.servers {
            let server = TargetSettings.of(descriptor.type, Self.minimal(descriptor.settings))
            _ = try await registry.server(of: self.plan(server))
        }
        for descriptor in AdapterRegistry.descriptors.stores {
            _ = try await registry.store(
                .of(descriptor.type, Self.minimal(descriptor.settings)), of: plan)
        }
        for descriptor in AdapterRegistry.descriptors.hooks {
            _ = try await registry.hook(
                .of(descriptor.type, Self.minimal(descriptor.settings)), of: plan)
        }
        for descriptor in AdapterRegistry.descriptors.reporters {
            var values = Self.minimal(descriptor.settings)
            // One of three that say who reads.
            if descriptor.evidence == .storeRead { values["entity_id"] = "e" }
            let report = TargetSettings.of(descriptor.type, values)
            // A rollout is of a workload that the plan restarts, and reads what the plan writes.
            var whole = plan
            (whole.stores, whole.reload) = ([report], [report])
            _ = try await registry.reporter(
                ConsumerSettings(name: "r", report: report), of: whole)
        }
        let codes = [
            await adapterError { _ = try await registry.server(of: plan) }?.code,
            await adapterError { _ = try await registry.store(Self.none, of: plan) }?.code,
            await adapterError { _ = try await registry.hook(Self.none, of: plan) }?.code,
            await adapterError {
                _ = try await registry.reporter(
                    ConsumerSettings(name: "r", report: Self.none), of: plan)
            }?.code,
        ]
        #expect(codes == Array(repeating: "unknown-adapter", count: 4))
    }

    @Test func `every required setting is missed when it is missing`() async {
        for descriptor in AdapterRegistry.descriptors.servers {
            for name in descriptor.settings.filter(\.isRequired).map(\.name) {
                var values = Self.minimal(descriptor.settings)
                values[name] = nil
                let plan = plan(.of(descriptor.type, values))
                let error = await adapterError { _ = try await registry.server(of: plan) }
                #expect(error?.code == "\(descriptor.type)-setting-invalid", "\(name)")
                #expect(error?.message.contains(name) == true, "\(name)")
            }
        }
    }

    @Test func `names are unique, and sentences have no full stop`() {
        let all = AdapterRegistry.descriptors
        for list in [all.servers, all.stores, all.hooks, all.reporters] {
            #expect(Set(list.map(\.type)).count == list.count)
            for descriptor in list { Self.check(descriptor.settings, descriptor.summary) }
        }
    }

    @Test func `every adapter has a page that names each of its settings`() throws {
        let all = AdapterRegistry.descriptors
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Adapters")
        let pages = [
            ("Auth0/Auth0.md", all.servers, "auth0"),
            ("Authentik/Authentik.md", all.servers, "authentik"),
            ("Buntubi/Buntubi.md", all.servers, "buntubi"),
            ("Authlete/Authlete.md", all.servers, "authlete"),
            ("Cognito/Cognito.md", all.servers, "cognito"),
            ("Entra/Entra.md", all.servers, "entra"),
            ("ExecServer/ExecServer.md", all.servers, "exec"),
            ("HTTP/HTTP.md", all.servers, "http"),
            ("Hydra/Hydra.md", all.servers, "hydra"),
            ("GitLab/GitLab.md", all.servers, "gitlab"),
            ("Google/Google.md", all.servers, "google"),
            ("Gravitee/Gravitee.md", all.servers, "gravitee"),
            ("Logto/Logto.md", all.servers, "logto"),
            ("UAA/UAA.md", all.servers, "uaa"),
            ("Okta/Okta.md", all.servers, "okta"),
            ("Okta/Okta.md", all.servers, "okta-api-service"),
            ("Keycloak/Keycloak.md", all.servers, "keycloak"),
            ("PingFederate/PingFederate.md", all.servers, "pingfederate"),
            ("PingOne/PingOne.md", all.servers, "pingone"),
            ("Salesforce/Salesforce.md", all.servers, "salesforce"),
            ("WSO2/WSO2.md", all.servers, "wso2"),
            ("Zitadel/Zitadel.md", all.servers, "zitadel"),
            ("Glewlwyd/Glewlwyd.md", all.servers, "glewlwyd"),
            ("LemonLDAP/LemonLDAP.md", all.servers, "lemonldap"),
            ("RFC7592/RFC7592.md", all.servers, "rfc7592"),
            ("AWSSecrets/AWSSecrets.md", all.stores, "aws-secrets-manager"),
            ("ParameterStore/ParameterStore.md", all.stores, "aws-ssm-parameter"),
            ("Barbican/Barbican.md", all.stores, "barbican"),
            ("KeyVault/KeyVault.md", all.stores, "azure-key-vault"),
            ("GoogleSecrets/GoogleSecrets.md", all.stores, "gcp-secret-manager"),
            ("ExecStore/ExecStore.md", all.stores, "exec"),
            ("File/File.md", all.stores, "file"), ("Vault/Vault.md", all.stores, "vault"),
            ("Kubernetes/Kubernetes.md", all.stores, "kubernetes"),
            ("Kubernetes/Kubernetes.md", all.hooks, "kubernetes"),
            ("SystemdCreds/SystemdCreds.md", all.stores, "systemd-creds"),
            ("Exec/Exec.md", all.hooks, "exec"), ("Reload/Reload.md", all.hooks, "http"),
            ("Reload/Reload.md", all.hooks, "signal"), ("Reload/Reload.md", all.hooks, "systemd"),
            ("Report/Report.md", all.reporters, "file"),
            ("Report/Report.md", all.reporters, "https"),
            ("Report/Report.md", all.reporters, "exec"),
        ]
        for (page, list, type) in pages {
            let text = try String(
                contentsOf: sources.appendingPathComponent(page), encoding: .utf8)
            let descriptor = try #require(list.first { $0.type == type })
            for name in Self.names(descriptor.settings) {
                #expect(text.contains("`\(name)`"), "\(page) lacks \(name)")
            }
        }
    }

    @Test
    func `each page of a server says what can be known of stragglers, and where else to look`()
        throws
    {
        let servers = AdapterRegistry.descriptors.servers
        var found: Set<String> = []
        for (page, text) in try Self.pages() where text.contains("\nserver:\n") {
            let said = text.components(separatedBy: "**Once the old secret is revoked:** ")
            #expect(said.count == 2, "\(page) doesn't say once what can be known")
            let words = said.last?.components(separatedBy: "\n\n").first ?? ""
            let isSaid = words.replacing("\n", with: " ").contains("To look: ")
            let types = text.matches(of: /\nserver:\n  type: (\S+)/).map { String($0.1) }
            #expect(!types.isEmpty, "\(page)")
            for type in types where !page.hasSuffix("BlueGreen.md") {
                let server = try #require(servers.first { $0.type == type }, "\(page): \(type)")
                let isRead = (server.capabilities?.events ?? .none) != .none
                #expect(isRead || isSaid, "\(page) names no log to look into")
                found.insert(type)
            }
        }
        #expect(found == Set(servers.map(\.type)), "each has a page with an example")
    }

    private static func pages() throws -> [(path: String, text: String)] {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Adapters")
        let all = FileManager.default.enumerator(atPath: sources.path)?.allObjects ?? []
        return try all.compactMap { $0 as? String }.filter { $0.hasSuffix(".md") }.sorted().map {
            ($0, try String(contentsOf: sources.appendingPathComponent($0), encoding: .utf8))
        }
    }

    private static func names(_ settings: [SettingDescriptor], _ prefix: String = "") -> [String] {
        settings.flatMap { setting -> [String] in
            guard case .group(let inner) = setting.form else { return [prefix + setting.name] }
            return names(inner, "\(prefix)\(setting.name).")
        }
    }

    private static func check(_ settings: [SettingDescriptor], _ summary: String) {
        #expect(!summary.hasSuffix("."))
        #expect(Set(settings.map(\.name)).count == settings.count)
        for setting in settings {
            if case .group(let inner) = setting.form {
                check(inner, setting.summary)
            } else {
                #expect(!setting.summary.isEmpty && !setting.summary.hasSuffix("."))
            }
        }
    }

    /// A plausible value for each setting that is required, and for an admin's or login's token.
    private static func minimal(_ settings: [SettingDescriptor], isNested: Bool = false)
        -> [String: SettingValue]
    {
        var values: [String: SettingValue] = [:]
        for setting in settings where setting.isRequired || setting.name == "token" {
            values[setting.name] = value(setting.form, isNested)
        }
        if values.keys.contains("client_id") { values["client_secret"] = "env:T" }
        if values.keys.contains("user_pool") { values["user_pool"] = "eu-west-1_AbCdEfGhI" }
        if values.keys.contains("namespace") { values["url"] = "https://server.example" }
        if values.keys.contains("workload") { values["workload"] = "deployment/text" }
        if values.keys.contains("vault") { values["vault"] = "https://billing.vault.azure.net" }
        if settings.contains(where: { $0.name == "password" }) {
            // Where a token is enough, it stands alone.
            let isAlone = settings.contains { $0.name == "keystone" }
            values["user"] = isAlone ? nil : "admin"
            values["password"] = isAlone ? nil : "env:T"
        }
        if settings.contains(where: { $0.name == "access_key_id" }) {
            values["access_key_id"] = "env:T"
            values["secret_access_key"] = "env:T"
        }
        return values
    }

    private static func value(_ form: SettingDescriptor.Form, _ isNested: Bool) -> SettingValue {
        switch form {
        // In the groups of a request it is a path or a pointer.
        case .text: isNested ? "/text" : "text"
        case .integer: "1"
        case .boolean: "true"
        case .span: "30s"
        case .url: "https://server.example"
        case .path: "/etc/a-file"
        case .reference: "env:T"
        case .choice(let words): .text(words[0])
        case .texts: .list(["/bin/true"])
        case .group(let inner): .group(minimal(inner, isNested: true))
        }
    }
}
