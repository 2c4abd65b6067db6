import Foundation
import HTTPTransport
import ProcessTesting

@testable import Adapters

/// A store at the practice server that holds the secret of a client, in a plan.
protocol StoreScene: Sendable {
    /// What the address of every request to it begins with.
    var url: String { get }
    /// The lines of the plan.
    var store: [String] { get }
    /// Further lines of the plan.
    var rules: [String] { get }

    /// The secret that consumers read.
    func held() async throws -> String?

    /// What is wrong beside it, where `new` is that secret.
    func problems(holding new: String) async throws -> [String]
}

extension StoreScene {
    var rules: [String] { [] }
}

/// One of the stores of AWS: a field of a document.
struct AWSScene: StoreScene {
    private static let text = #"{ "s": "%", "x": [1.50] }"#

    private let kind: CrashInStoreTests.Kind
    private let ground: AWSGround
    private let name: String

    init(_ kind: CrashInStoreTests.Kind, _ server: PracticeServerProcess, holding old: String)
        async throws
    {
        self.kind = kind
        let service = kind == .secret ? AWSGround.Service.secretsManager : .parameterStore
        ground = AWSGround(
            service: service,
            url: server[kind == .secret ? "SECRETS_MANAGER_URL" : "PARAMETER_STORE_URL"],
            http: CurlClient(),
            environment: [
                "KEY_ID": server["COGNITO_ACCESS_KEY_ID"],
                "KEY": server["COGNITO_SECRET_ACCESS_KEY"],
            ])
        let text = Self.text.replacing("%", with: old)
        guard kind != .secret else {
            name = try await ground.makeSecret(text)
            return
        }
        name = try await ground.makeParameter(text)
        guard kind == .label else { return }
        try await ground.ask(
            "LabelParameterVersion", [("Name", .text(name)), ("Labels", .texts(["live"]))])
    }

    var url: String { ground.url }

    var store: [String] {
        [
            "type: \(ground.service.rawValue)",
            kind == .secret ? "secret: \(name)" : "parameter: \(name)", "field: s",
            "region: eu-west-1", "url: \(ground.url)",
            #"auth: {access_key_id: "env:COGNITO_ACCESS_KEY_ID", "#
                + #"secret_access_key: "env:COGNITO_SECRET_ACCESS_KEY"}"#,
        ] + (kind == .label ? ["label: live"] : [])
    }

    private func document() async throws -> String? {
        kind == .secret
            ? try await ground.secret(name)
            : try await ground.parameter(name, at: kind == .label ? ":live" : "")
    }

    func held() async throws -> String? {
        try await document().flatMap {
            (try? JSONDocument(Array($0.utf8)).node(at: ["s"]))?.text
        }
    }

    func problems(holding new: String) async throws -> [String] {
        var problems: [String] = []
        if try await document() != Self.text.replacing("%", with: new) {
            problems.append("other bytes were changed")
        }
        guard kind == .secret else { return problems }
        if try await ground.versions(of: name) != 2 { problems.append("not one version more") }
        if try await ground.isPending(name) { problems.append("a version is left pending") }
        return problems
    }
}

/// A Secret of the practised cluster, and a Deployment that is restarted once.
struct ClusterScene: StoreScene {
    private let ground: KubernetesGround
    private let name: String

    init(_ server: PracticeServerProcess, holding old: String) async throws {
        ground = KubernetesGround(
            url: server["KUBERNETES_URL"], http: CurlClient(), caFile: nil,
            environment: ["ADMIN": server["KUBERNETES_ADMIN_TOKEN"]])
        name = try await ground.makeSecret(["s": old, "other": "stays"])
        try await ground.set(
            "POST", Self.deployments, #"{"metadata":{"name":"\#(name)"},"spec":{"template":{}}}"#)
    }

    var url: String { ground.url }

    var store: [String] {
        [
            "type: kubernetes", "namespace: \(KubernetesGround.namespace)", "secret: \(name)",
            "field: s", "url: \(ground.url)", #"token: "env:KUBERNETES_TOKEN""#,
        ]
    }

    private static let deployments =
        "/apis/apps/v1/namespaces/\(KubernetesGround.namespace)/deployments"

    var rules: [String] {
        [
            "reload: [{type: kubernetes, namespace: \(KubernetesGround.namespace), wait: false, "
                + #"workload: deployment/\#(name), url: "\#(ground.url)", "#
                + #"token: "env:KUBERNETES_TOKEN"}]"#
        ]
    }

    func held() async throws -> String? { try await ground.value("s", of: name) }

    func problems(holding new: String) async throws -> [String] {
        let isOther = try await ground.value("other", of: name) != "stays"
        let deployment = try await ground.set("GET", "\(Self.deployments)/\(name)")
        let range = try deployment.node(at: ["metadata", "generation"])?.range ?? 0..<0
        let generation = String(decoding: deployment.bytes[range], as: UTF8.self)
        return (isOther ? ["another key was changed"] : [])
            + (generation == "2" ? [] : ["restarted another time: \(generation)"])
    }
}
