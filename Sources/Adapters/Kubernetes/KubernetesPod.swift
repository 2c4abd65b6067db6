import RotationCore

/// A pod, as far as it tells since when it runs.
struct KubernetesPod: Decodable, Sendable {
    private let metadata: Metadata
    private let status: Status?

    private struct Metadata: Decodable {
        let name: String
        /// On the API server's clock, in whole seconds.
        let creationTimestamp: String?
        let deletionTimestamp: String?
        let annotations: [String: String]?
    }

    private struct Status: Decodable {
        struct Condition: Decodable {
            let type: String
            let status: String
        }
        let phase: String?
        let conditions: [Condition]?
    }

    /// A page of a list.
    struct Page: Decodable, Sendable {
        struct Metadata: Decodable, Sendable {
            let next: String?

            enum CodingKeys: String, CodingKey { case next = "continue" }
        }
        let metadata: Metadata
        let items: [KubernetesPod]
    }

    var name: String { metadata.name }
    var createdAt: Instant? { metadata.creationTimestamp.flatMap(Instant.init(rfc3339:)) }
    /// The moment of the client's last restart before the pod was made.
    func moment(of restart: KubernetesRestart) -> String? { metadata.annotations?[restart.key] }
    /// Whether its containers have ended for good.
    var isOver: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
    /// Whether it is to go, and runs until its grace period is over.
    var isEnding: Bool { metadata.deletionTimestamp != nil }
    var isReady: Bool {
        status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false
    }
}

extension KubernetesAPI {
    /// Few enough that a page fits into an answer of a mebibyte.
    private static let page = 20

    /// Every pod of a namespace that `selector` is about.
    func pods(in place: KubernetesPlace, _ selector: KubernetesSelector)
        async throws(AdapterError) -> [KubernetesPod]
    {
        var all: [KubernetesPod] = []
        var next = ""
        for _ in 0..<500 {
            let from = next.isEmpty ? "" : "&continue=\(URLPart.segment(next))"
            let page = try await get(
                KubernetesPod.Page.self,
                "\(place.path)?labelSelector=\(URLPart.segment(selector.text))"
                    + "&limit=\(Self.page)\(from)")
            all += page.items
            next = page.metadata.next ?? ""
            if next.isEmpty { return all }
        }
        throw Self.failure(.refused, "unreadable-answer", "the list of pods doesn't end")
    }
}
