import RotationCore

/// A consumer whose pods are known to have begun behind the distribution: a rollout.
///
/// A pod counts where it carries the very moment that the client's hook put into the template
/// behind the write: it was made after that, and no clock has to be believed. Nothing else shows as
/// much: times of creation are compared with another machine's clock, and `managedFields` says when
/// a field was first taken over, not when its value last changed (seen on a kube-apiserver 1.20.2).
struct KubernetesReporter: AdoptionReporter {
    private let api: KubernetesAPI
    private let kind: KubernetesWorkload.Kind
    private let workload: KubernetesPlace
    private let secret: String
    private let pods: KubernetesPlace
    private let restart: KubernetesRestart

    let source = EvidenceClass.rollout

    static let descriptor = AdapterDescriptor(
        type: "kubernetes",
        summary: "whether every pod of a workload began after the Secret was written",
        settings: [
            KubernetesWorkload.setting,
            SettingDescriptor(
                "secret", .text, required: true,
                summary: "the Secret that the pods read, which is one of the plan's stores"),
        ] + KubernetesAPI.settings, evidence: .rollout)

    init(
        _ target: TargetSettings, of plan: Plan, _ resolver: SecretResolver,
        folder: String = KubernetesAPI.serviceAccount
    ) async throws(AdapterError) {
        let settings = Settings(target)
        (kind, workload) = try KubernetesWorkload.named(in: settings)
        secret = try settings.requiredText("secret")
        pods = workload.list("pods")
        restart = KubernetesRestart(for: plan.client)
        let keys = ["url", "namespace"]
        // A Secret that somebody else fills later would be read too early by pods that are new.
        guard Self.isThere(keys + ["secret"], of: target, in: plan.stores) else {
            throw settings.invalid("secret", "is none of the plan's stores")
        }
        guard Self.isThere(keys + ["workload"], of: target, in: plan.reload) else {
            throw settings.invalid("workload", "has no hook of type kubernetes in the plan")
        }
        api = try await KubernetesAPI(settings, resolver, folder: folder)
    }

    private static func isThere(
        _ keys: [String], of target: TargetSettings, in others: [TargetSettings]
    ) -> Bool {
        others.contains { other in
            other.type == descriptor.type
                && keys.allSatisfy { other.values[$0] == target.values[$0] }
        }
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings: [Finding] = []
        do throws(AdapterError) {
            for (verb, place) in [("get", workload), ("list", pods)] {
                findings += try await api.rights([verb], to: place)
            }
            guard findings.isEmpty else { return findings }
            let seen = try await api.get(KubernetesWorkload.self, workload.path)
            if seen.way(to: secret) == nil {
                findings.append(
                    Finding(
                        .problem, code: "kubernetes-secret-unread", message: words(unread)))
            }
        } catch { findings.append(try error.finding()) }
        return findings
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        let seen = try await api.get(KubernetesWorkload.self, workload.path)
        guard let selector = seen.selector, !selector.text.isEmpty else {
            throw KubernetesAPI.failure(
                .refused, "unreadable-answer", "the workload doesn't say which pods are its own")
        }
        let listed = try await api.pods(in: pods, selector).filter { !$0.isOver }
        let oldest = listed.compactMap(\.createdAt).min()
        return .rollout(
            Rollout(lack: lack(seen, listed, since).map(words), oldestAt: oldest))
    }

    private var unread: String { "has no container that reads the Secret \(secret)" }

    private func lack(
        _ seen: KubernetesWorkload, _ pods: [KubernetesPod], _ since: Instant?
    ) -> String? {
        guard let way = seen.way(to: secret) else { return unread }
        guard let since else { return "is not asked to begin anew yet" }
        let moment = since.rfc3339Milliseconds
        if let old = pods.first(where: { $0.moment(of: restart) != moment }) {
            let isLater =
                old.moment(of: restart).flatMap(Instant.init(rfc3339:)).map { $0 > since } ?? false
            // It may have read the secret at any moment, for all that can be told.
            let began =
                isLater
                ? "which a later distribution had restarted (holdover retry does it once more)"
                : "which began before the distribution"
            return "has the pod \(safeText(old.name)), \(began)"
                + (old.isEnding ? " and is ending" : " and reads the Secret \(way.rawValue)")
        }
        if let waiting = pods.first(where: { !$0.isReady && !$0.isEnding }) {
            return "has the pod \(safeText(waiting.name)), which isn't ready"
        }
        return seen.lack(as: kind)
    }

    private func words(_ reason: String) -> String {
        "kubernetes: \(kind.rawValue)/\(workload.name) \(reason)"
    }
}
