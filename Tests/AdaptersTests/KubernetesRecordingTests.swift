import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// The practised cluster answers what a real one answered to the same requests.
@Suite(
    .practice, .serialized,
    .enabled(if: RecordedCluster.found != nil, "the recordings are absent"))
struct KubernetesRecordingTests {
    private let ground: KubernetesGround
    private let recorded: RecordedCluster

    init() throws {
        ground = try #require(Practice.current).cluster
        recorded = try #require(RecordedCluster.found)
    }

    /// The members whose values must be the same, by the way to them.
    private static let members = [
        ["kind"], ["apiVersion"], ["status"], ["message"], ["reason"], ["details", "name"],
        ["details", "kind"], ["details", "causes", "0", "reason"],
        ["details", "causes", "0", "message"], ["details", "causes", "0", "field"], ["data"],
        ["immutable"], ["type"], ["status", "allowed"],
    ]

    /// Compares an answer with the one in the file `name`.
    private func compare(
        _ response: HTTPResponse, _ name: String, _ replaced: [(String, String)] = [],
        without left: Set<String> = []
    ) throws {
        let (status, real, root) = try recorded.answer(name)
        #expect("\(response.status)" == status, "\(name)")
        let ours = try JSONDocument(response.body)
        for member in Self.members where !left.contains(member.joined(separator: ".")) {
            let wanted = replaced.reduce(Self.text(try real.node(at: root + member), in: real)) {
                $0?.replacing($1.0, with: $1.1)
            }
            let said = Self.text(try ours.node(at: member), in: ours)
            #expect(said == wanted, "\(name): \(member)")
        }
    }

    /// What a value says, however it is spaced.
    private static func text(_ node: JSONDocument.Node?, in document: JSONDocument) -> String? {
        guard let node else { return nil }
        if let text = node.text { return text }
        return String(decoding: document.bytes[node.range].filter { $0 > 0x20 }, as: UTF8.self)
    }

    private func patch(_ name: String, _ json: String, as token: String = "ADMIN") async throws
        -> HTTPResponse
    {
        try await ground.ask(
            "PATCH", "\(KubernetesGround.secrets)/\(name)", json,
            type: "application/merge-patch+json", as: token)
    }

    @Test func `Secrets are answered as they really are`() async throws {
        let name = try await ground.makeSecret(["client_id": "billing-fake"])
        let place = "\(KubernetesGround.secrets)/\(name)"
        try await ground.put(["client_secret": "FAKE-v1"], in: name)
        let odd: Set = ["type"]
        try compare(
            try await ground.ask("GET", place), "04-get", without: odd)
        let version = try #require(
            try await ground.text(of: name, ["metadata", "resourceVersion"]))
        let change = #"{"metadata":{"resourceVersion":"\#(version)"},"data":{"client_secret":"#
        try compare(
            try await patch(name, change + #""RkFLRS12Mg=="}}"#), "05-merge-patch-with-rv",
            without: odd)
        try compare(
            try await patch(name, change + #""RkFLRS12Mw=="}}"#), "06-merge-patch-stale-rv-409",
            [("billing", name)])
        let put = try await ground.ask(
            "PUT", place,
            #"{"metadata":{"name":"\#(name)","resourceVersion":"\#(version)"},"data":{}}"#)
        try compare(put, "11-put-with-stale-rv-409", [("billing", name)])
        let wrong = try await ground.ask("PATCH", place, #"{"data":{}}"#)
        try compare(wrong, "21-wrong-content-type")
        try compare(
            try await ground.ask("GET", "\(KubernetesGround.secrets)/nope"), "22-missing-404")
        try compare(try await patch("nope", #"{"data":{}}"#), "23-patch-missing-404")
        let again = try await ground.ask(
            "POST", KubernetesGround.secrets, #"{"metadata":{"name":"\#(name)"}}"#)
        try compare(again, "03-create-again-409-already-exists", [("billing", name)])
        let fixed = try await ground.makeSecret(
            ["client_secret": "FAKE-v1"], #","immutable":true"#)
        try compare(
            try await patch(fixed, #"{"data":{"client_secret":"RkFLRS12Mg=="}}"#),
            "31-patch-immutable-422", [("billing-imm", fixed)])
    }

    @Test func `callers are answered as they really are`() async throws {
        let name = try await ground.makeSecret(["client_secret": "FAKE-v1"])
        let place = "\(KubernetesGround.secrets)/\(name)"
        let names = [("billing", name), ("keyturn", "holdover")]
        try compare(try await ground.ask("GET", place, as: "nope"), "26-bad-token-401")
        try compare(try await ground.ask("GET", place, as: nil), "27-anonymous-403", names)
        let creation = try await ground.ask(
            "POST", KubernetesGround.secrets, #"{"metadata":{"name":"other"}}"#, as: "LEAST")
        try compare(creation, "45-lp-create-denied", names)
        let review = try await ground.ask(
            "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            #"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":"#
                + #"{"resourceAttributes":{"namespace":"apps","verb":"patch","#
                + #""resource":"secrets","name":"\#(name)"}}}"#, as: "LEAST")
        try compare(review, "46-ssar", without: ["status"])
    }

    @Test func `a patch that changes nothing makes no new version`() async throws {
        let name = try await ground.makeSecret(["client_secret": "FAKE-v1"])
        let versions = try await [1, 2].asyncMap { _ in
            try await ground.put(["client_secret": "FAKE-v3"], in: name)
            return try await ground.text(of: name, ["metadata", "resourceVersion"])
        }
        #expect(versions[0] != nil && versions[0] == versions[1])
        let real = try recorded.answer("08-same-patch-again-noop").body
        let before = try recorded.answer("07-strategic-merge").body
        let path = ["response", "body", "metadata", "resourceVersion"]
        #expect(try real.node(at: path)?.text == before.node(at: path)?.text)
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows
        -> [Result]
    {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
