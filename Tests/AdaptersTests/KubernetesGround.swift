import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// A cluster's API server, practised or real, and whoever else has access to it.
struct KubernetesGround: Sendable {
    let url: String
    let http: any HTTPClient
    let caFile: String?
    /// Where references look: `ADMIN` may do everything, and `LEAST` what the page says is enough.
    let environment: [String: String]

    static let namespace = "apps"

    /// A name that no other test has.
    static func name() -> String { "billing-\(UUID().uuidString.lowercased())" }

    private var standard: [String: SettingValue] {
        let trust = caFile.map { ["ca_file": SettingValue.text($0)] } ?? [:]
        return [
            "url": .text(url), "token": "env:LEAST", "namespace": .text(Self.namespace),
        ].merging(trust) { $1 }
    }

    private var plan: Plan {
        Plan(
            client: ClientName(rawValue: "billing"), clientID: ClientID(rawValue: "id"),
            server: .of("none", [:]), stores: [])
    }

    private func registry(_ http: (any HTTPClient)?, _ more: [String: String]) -> AdapterRegistry {
        AdapterRegistry(
            http: http ?? self.http, environment: environment.merging(more) { $1 },
            now: AWSGround.now)
    }

    /// The store of a plan.
    func store(
        _ values: [String: SettingValue], _ more: [String: String] = [:],
        over http: (any HTTPClient)? = nil
    ) async throws -> any SecretStore {
        try await registry(http, more).store(
            .of("kubernetes", standard.merging(values) { $1 }), of: plan)
    }

    /// The same store with one request cut.
    func cutStore(_ values: [String: SettingValue], at cut: StoreCut) async throws -> CutStore {
        let http = CutHTTP(http, at: cut)
        return CutStore(try await store(values, over: http)) { http.isReached }
    }

    /// A consumer's reporter, in a plan with the Secret `store` and a hook for the workload `hook`.
    func reporter(_ values: [String: SettingValue], store: String = "one", hook: String)
        async throws -> any AdoptionReporter
    {
        var plan = plan
        plan.stores = [.of("kubernetes", standard.merging(["secret": .text(store)]) { $1 })]
        let hook: [String: SettingValue] = ["workload": .text(hook)]
        plan.reload = [.of("kubernetes", standard.merging(hook) { $1 })]
        let report = TargetSettings.of("kubernetes", standard.merging(values) { $1 })
        return try await registry(nil, [:]).reporter(
            ConsumerSettings(name: "billing", report: report), of: plan)
    }

    /// The hook of a plan.
    func hook(_ values: [String: SettingValue], over http: (any HTTPClient)? = nil)
        async throws -> any ReloadHook
    {
        try await registry(http, [:]).hook(
            .of("kubernetes", standard.merging(values) { $1 }), of: plan)
    }

    /// Asks as somebody else, who may do everything unless `token` is another's.
    func ask(
        _ method: String, _ path: String, _ json: String? = nil,
        type: String = "application/json", as token: String? = "ADMIN"
    ) async throws -> HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": type, "Accept": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(environment[token] ?? token)" }
        return try await http.send(
            HTTPRequest(
                method: method, url: url + path, headers: headers,
                body: json.map { Array($0.utf8) },
                caFile: caFile))
    }

    /// The same, which must go well.
    @discardableResult
    func set(
        _ method: String, _ path: String, _ json: String? = nil,
        type: String = "application/merge-patch+json"
    ) async throws -> JSONDocument {
        let response = try await ask(
            method, path, json, type: method == "PATCH" ? type : "application/json")
        guard (200..<300).contains(response.status) else {
            throw AdapterError(
                .unknown, code: "scene",
                message: "\(method) \(path): \(String(decoding: response.body, as: UTF8.self))")
        }
        return try JSONDocument(response.body)
    }

    static let secrets = "/api/v1/namespaces/\(namespace)/secrets"

    /// A Secret with these values.
    func makeSecret(_ data: [String: String], _ more: String = "") async throws -> String {
        let name = Self.name()
        try await set(
            "POST", Self.secrets,
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(name)"}\#(more),"#
                + #""data":\#(Self.coded(data))}"#)
        return name
    }

    /// Writes values behind everybody's back.
    func put(_ data: [String: String], in name: String) async throws {
        try await set("PATCH", "\(Self.secrets)/\(name)", #"{"data":\#(Self.coded(data))}"#)
    }

    /// The text behind a key; nil where there is none.
    func value(_ key: String, of name: String) async throws -> String? {
        let secret = try await set("GET", "\(Self.secrets)/\(name)")
        return try secret.node(at: ["data", key])?.text.flatMap { Data(base64Encoded: $0) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// What `kubectl` shows of a Secret, but for what every write changes.
    func text(of name: String, _ path: [String]) async throws -> String? {
        try await set("GET", "\(Self.secrets)/\(name)").node(at: path)?.text
    }

    static func coded(_ data: [String: String]) -> String {
        let members = data.map { #""\#($0.key)":"\#(Data($0.value.utf8).base64EncodedString())""# }
        return "{\(members.joined(separator: ","))}"
    }
}

extension KubernetesGround {
    /// That whoever says nothing of themselves isn't told what they may do.
    func expectNobodyMayAsk() async throws {
        let answer = try await ask(
            "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            #"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","#
                + #""spec":{"resourceAttributes":{"namespace":"apps","verb":"get","#
                + #""resource":"secrets"}}}"#,
            as: nil)
        #expect(answer.status == 403)
        let said = try JSONDocument(answer.body)
        #expect(
            try said.node(at: ["message"])?.text
                == "selfsubjectaccessreviews.authorization.k8s.io is forbidden: User "
                + #""system:anonymous" cannot create resource "selfsubjectaccessreviews" in API "#
                + #"group "authorization.k8s.io" at the cluster scope"#)
        #expect(try said.node(at: ["details", "group"])?.text == "authorization.k8s.io")
    }
}

extension Practice {
    /// The practised cluster.
    var cluster: KubernetesGround {
        KubernetesGround(
            url: self["KUBERNETES_URL"], http: http, caFile: nil,
            environment: values.merging(
                ["ADMIN": self["KUBERNETES_ADMIN_TOKEN"], "LEAST": self["KUBERNETES_TOKEN"]]
            ) { $1 })
    }
}
