import Foundation
import HTTPTransport
import ProcessTesting

@testable import Adapters

/// A text in a store of a practice server, what a plan says of it, and what others see there.
struct StorePlace: Sendable {
    /// Which store.
    enum Kind: String, CaseIterable, Sendable {
        case secret = "aws-secrets-manager"
        case parameter = "aws-ssm-parameter"
        case label
        case keyVault = "azure-key-vault"
        case googleSecret = "gcp-secret-manager"
        case barbican
        case kubernetes
        /// At a real OpenBao, the one of the suite.
        case vault
    }

    /// What a place of `kind` holds, with the secret where `%` is.
    static func text(_ kind: Kind) -> String {
        [.kubernetes, .vault].contains(kind) ? "%" : #"{ "s": "%", "x": [1.50] }"#
    }

    /// The store's address.
    let url: String
    /// The lines of the store in a plan.
    let lines: [String]
    /// Further lines of the plan.
    var rules: [String] = []
    /// Where the plan's references look beside the server's values.
    var environment: [String: String] = [:]
    /// What consumers read.
    let read: @Sendable () async throws -> String?
    /// What is wrong with the versions once one write was made, in words.
    let leftovers: @Sendable () async throws -> [String]

    /// Puts `text` into a new place of `kind`.
    static func make(_ text: String, _ kind: Kind, at server: PracticeServerProcess)
        async throws -> StorePlace
    {
        switch kind {
        case .secret, .parameter, .label: return try await aws(text, kind, server)
        case .keyVault, .googleSecret, .barbican: return try await cloud(text, kind, server)
        case .kubernetes: return try await kubernetes(text, server)
        case .vault: return try await vault(text)
        }
    }

    private static func aws(_ text: String, _ kind: Kind, _ server: PracticeServerProcess)
        async throws -> StorePlace
    {
        let isSecret = kind == .secret
        let ground = AWSGround(
            service: isSecret ? .secretsManager : .parameterStore,
            url: server[isSecret ? "SECRETS_MANAGER_URL" : "PARAMETER_STORE_URL"],
            http: CurlClient(),
            environment: [
                "KEY_ID": server["COGNITO_ACCESS_KEY_ID"],
                "KEY": server["COGNITO_SECRET_ACCESS_KEY"],
            ])
        let name =
            isSecret ? try await ground.makeSecret(text) : try await ground.makeParameter(text)
        if kind == .label {
            try await ground.ask(
                "LabelParameterVersion", [("Name", .text(name)), ("Labels", .texts(["live"]))])
        }
        let lines =
            [
                "type: \(ground.service.rawValue)",
                isSecret ? "secret: \(name)" : "parameter: \(name)", "field: s",
                "region: eu-west-1", "url: \(ground.url)",
                #"auth: {access_key_id: "env:COGNITO_ACCESS_KEY_ID", "#
                    + #"secret_access_key: "env:COGNITO_SECRET_ACCESS_KEY"}"#,
            ] + (kind == .label ? ["label: live"] : [])
        return StorePlace(url: ground.url, lines: lines) {
            isSecret
                ? try await ground.secret(name)
                : try await ground.parameter(name, at: kind == .label ? ":live" : "")
        } leftovers: {
            guard isSecret else {
                let newest = try await ground.newestVersion(of: name)
                return newest == "2" ? [] : ["the newest version is \(newest)"]
            }
            let count = try await ground.versions(of: name)
            let isPending = try await ground.isPending(name)
            return (count == 2 ? [] : ["not one version more"])
                + (isPending ? ["a version is left pending"] : [])
        }
    }

    private static func cloud(_ text: String, _ kind: Kind, _ server: PracticeServerProcess)
        async throws -> StorePlace
    {
        let service = CloudGround.Service(rawValue: kind.rawValue) ?? .keyVault
        let ground = CloudGround(service, server.values)
        let name = try await ground.make(text)
        let lines = ["type: \(kind.rawValue)", "secret: \(name)", "field: s"]
        let vault = [
            "vault: \(ground.url)", #"scope: "https://vault.azure.net/.default""#,
            "auth: {tenant: \(server["ENTRA_TENANT"]), "
                + #"authority: "\#(server["ENTRA_AUTHORITY"])", "#
                + "client_id: \(server["ENTRA_ADMIN_CLIENT_ID"]), "
                + #"client_secret: "env:ENTRA_ADMIN_CLIENT_SECRET"}"#,
        ]
        let google = [
            "project: \(server["GOOGLE_PROJECT"])", "url: \(ground.url)",
            #"auth: {token: "env:GOOGLE_ADMIN_TOKEN"}"#,
        ]
        let barbican = ["url: \(ground.url)", #"auth: {token: "env:BARBICAN_LEAST_TOKEN"}"#]
        let more: [CloudGround.Service: [String]] = [
            .keyVault: vault, .secretManager: google, .barbican: barbican,
        ]
        return StorePlace(url: ground.url, lines: lines + (more[service] ?? [])) {
            try await ground.text(of: name)
        } leftovers: {
            let count = try await ground.versions(of: name).count
            return count == 2 ? [] : ["\(count - 1) versions more, and not one"]
        }
    }
}
