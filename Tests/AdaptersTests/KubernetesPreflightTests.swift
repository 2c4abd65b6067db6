import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What `check` says of a Secret, who may do what, and where a pod finds what it needs.
@Suite(.practice, .serialized) struct KubernetesPreflightTests {
    private let practice: Practice
    private let ground: KubernetesGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.cluster
    }

    private func findings(
        _ name: String, _ more: [String: SettingValue] = [:], over http: (any HTTPClient)? = nil
    ) async throws -> [Finding] {
        try await ground.store(more.merging(["secret": .text(name)]) { $1 }, over: http)
            .preflight()
    }

    private func codes(
        _ name: String, _ more: [String: SettingValue] = [:], over http: (any HTTPClient)? = nil
    ) async throws -> [String] {
        try await findings(name, more, over: http).map {
            $0.code.replacing("kubernetes-", with: "")
        }
    }

    @Test func `preflight names what would fail`() async throws {
        #expect(try await codes("nowhere") == ["not-found"])
        let name = try await ground.makeSecret(["client_secret": "s", "n": "s\n", "e": ""])
        #expect(try await codes(name) == [])
        #expect(try await codes(name, ["field": "x"]) == ["field-missing"])
        #expect(try await codes(name, ["field": "e"]) == ["field-missing"])
        #expect(try await codes(name, ["field": "n"]) == ["line-end"])
        try await ground.set(
            "PATCH", "\(KubernetesGround.secrets)/\(name)", #"{"data":{"b":"/wA="}}"#)
        #expect(try await codes(name, ["field": "b"]) == ["binary"])
        let fixed = try await ground.makeSecret(["client_secret": "s"], #","immutable":true"#)
        #expect(try await codes(fixed) == ["immutable"])
    }

    @Test func `a right that is missing is named by its verb and its resource`() async throws {
        let name = try await ground.makeSecret(["client_secret": "s"])
        let reader = try await ground.store(
            ["secret": .text(name), "token": "env:READER"], ["READER": "practice-reader"])
        let found = try await reader.preflight()
        #expect(found.map(\.code) == ["kubernetes-not-allowed-to-patch"])
        #expect(
            found.first?.message
                == "kubernetes: a Role must allow the verb patch on secrets, resourceName \(name), "
                + "in the namespace apps")
        let version = try await reader.read()?.version
        let error = await adapterError {
            try await reader.write(ClientSecret("n"), replacing: version)
        }
        #expect(error?.kind == .unauthorized && error?.code == "kubernetes-forbidden")
        #expect(error?.message.contains(#"User "reader" cannot patch resource "secrets""#) == true)
        let nobody = try await ground.store(
            ["secret": .text(name), "token": "env:NOBODY"], ["NOBODY": "nope"])
        #expect(try await nobody.preflight().map(\.code) == ["kubernetes-unauthorized"])
        try await ground.expectNobodyMayAsk()
    }

    /// Answers every question about rights with yes, and shows a Secret with this metadata.
    private func shows(_ metadata: String) -> Recorder {
        Recorder { request throws(HTTPFailure) in
            let isReview = request.url.hasSuffix("selfsubjectaccessreviews")
            let body =
                isReview
                ? #"{"status":{"allowed":true}}"#
                : #"{"kind":"Secret","data":{"client_secret":"cw=="},"metadata":{"name":"s","#
                    + #""namespace":"apps","uid":"u","resourceVersion":"1"\#(metadata)}}"#
            return HTTPResponse(
                status: isReview ? 201 : 200, headers: ["Content-Type": "application/json"],
                body: Array(body.utf8))
        }
    }

    @Test(
        arguments: [
            (#"{"kind":"ExternalSecret","name":"billing","uid":"x"}"#, "ExternalSecret billing"),
            (#"{"kind":"SealedSecret","name":"billing"}"#, "SealedSecret billing"),
        ])
    func `an owner is a second writer`(owner: String, words: String) async throws {
        let found = try await findings("s", over: shows(#","ownerReferences":[\#(owner)]"#))
        #expect(found.map(\.code) == ["kubernetes-other-writer"])
        #expect(found.first?.severity == .warning)
        #expect(found.first?.message.contains("two writers ahead: \(words) writes") == true)
    }

    @Test func `an owner that is its controller writes its own value back`() async throws {
        let owner = #"{"kind":"ExternalSecret","name":"billing","controller":true}"#
        let cluster = shows(#","ownerReferences":[\#(owner)]"#)
        let found = try await findings("s", over: cluster)
        #expect(found.map(\.code) == ["kubernetes-owned"])
        #expect(found.first?.severity == .problem)
        #expect(found.first?.message.contains("ExternalSecret billing owns") == true)
        let store = try await ground.store(["secret": "s"], over: cluster)
        let error = await adapterError { try await store.replace(with: "n") }
        #expect(error?.kind == .refused && error?.code == "kubernetes-owned")
        #expect(cluster.exchanges.allSatisfy { $0.request.method != "PATCH" })
    }

    @Test(
        arguments: [
            (#""annotations":{"argocd.argoproj.io/tracking-id":"a:/Secret:apps/s"}"#, "Argo CD"),
            (#""labels":{"kustomize.toolkit.fluxcd.io/name":"apps"}"#, "Flux"),
            (#""labels":{"app.kubernetes.io/managed-by":"Helm"}"#, "Helm"),
            (
                #""annotations":{"kubectl.kubernetes.io/last-applied-configuration":"#
                    + #""{\"data\":{\"client_secret\":\"b2xk\"}}"}"#, "kubectl apply"
            ),
            (
                #""managedFields":[{"manager":"fleet","operation":"Apply","#
                    + #""fieldsV1":{"f:data":{"f:client_secret":{}}}}]"#, "the field manager fleet"
            ),
            (
                #""managedFields":[{"manager":"external-secrets","operation":"Update","#
                    + #""fieldsV1":{"f:data":{".":{},"f:client_secret":{}},"f:type":{}}}]"#,
                "the field manager external-secrets"
            ),
        ])
    func `so is what puts its own value back`(metadata: String, words: String) async throws {
        let found = try await findings("s", over: shows(",\(metadata)"))
        #expect(found.map(\.code) == ["kubernetes-other-writer"])
        #expect(found.first?.message.contains("\(words) writes the Secret too") == true)
    }

    /// Who made it by hand, who applies another key, and ourselves.
    @Test(
        arguments: [
            ("kubectl-create", "Update", "client_secret"), ("fleet", "Apply", "other"),
            ("holdover", "Update", "client_secret"),
        ])
    func `who wrote once is none`(manager: String, operation: String, key: String) async throws {
        let fields =
            #"[{"manager":"\#(manager)","operation":"\#(operation)","#
            + #""fieldsV1":{"f:data":{"f:\#(key)":{}}}}]"#
        #expect(try await codes("s", over: shows(#","managedFields":\#(fields)"#)) == [])
    }

    @Test func `settings that lead elsewhere are refused`() async throws {
        for values in [
            ["secret": "../x"], ["secret": "A"], ["secret": "s", "namespace": "a.b"],
            ["secret": "s", "field": "a/b"], ["secret": "s", "field": "x", "candidate_field": "x"],
        ] as [[String: SettingValue]] {
            let error = await adapterError { _ = try await ground.store(values) }
            #expect(error?.code == "kubernetes-setting-invalid", "\(values)")
        }
    }
}

/// In a pod: the address from the environment, token and authorities from files.
@Suite struct KubernetesPodTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func api(
        _ http: any HTTPClient, _ values: [String: SettingValue] = [:],
        _ environment: [String: String] = ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]
    ) async throws -> KubernetesAPI {
        try await KubernetesAPI(
            Settings(.of("kubernetes", values)),
            SecretResolver(environment: environment, http: http), folder: scratch.path)
    }

    @Test func `the token is read anew for each request`() async throws {
        let recorder = Recorder { _ throws(HTTPFailure) in
            HTTPResponse(
                status: 404, headers: [:],
                body: Array(#"{"reason":"NotFound","message":"x"}"#.utf8))
        }
        let place = try #require(
            KubernetesPlace(namespace: "apps", resource: "secrets", name: "billing"))
        let api = try await api(recorder)
        let none = await adapterError { _ = try await api.get(KubernetesSecret.self, place.path) }
        #expect(none?.code == "kubernetes-no-service-account" && none?.kind == .missing)
        for token in ["one", "two"] {
            // The kubelet's mode, unless the pod says as whom it runs.
            try scratch.write("\(token)\n", to: "token", mode: 0o644)
            let error = await adapterError {
                _ = try await api.get(KubernetesSecret.self, place.path)
            }
            #expect(error?.kind == .missing)
            let sent = try #require(recorder.exchanges.last?.request)
            #expect(sent.headers["Authorization"] == "Bearer \(token)")
            #expect(sent.url == "https://10.0.0.1:443/api/v1/namespaces/apps/secrets/billing")
            #expect(sent.caFile == scratch.at("ca.crt"))
        }
    }

    @Test func `a pod's token goes nowhere but to its cluster`() async throws {
        let none = OneAnswer(404, "{}")
        let elsewhere = await adapterError {
            _ = try await api(none, ["url": "https://kubernetes.example"])
        }
        #expect(elsewhere?.code == "kubernetes-setting-invalid")
        let outside = await adapterError { _ = try await api(none, [:], [:]) }
        #expect(outside?.code == "kubernetes-setting-invalid")
        let six = try await api(
            none, [:],
            ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"])
        #expect(six.address == "https://[fd00::1]:6443")
    }
}
