import RotationCore

/// A reload hook that has a workload's pods made anew, as `kubectl rollout restart` does, and says
/// that it is done once they are.
///
/// The client's annotation that restarts them is the moment of the distribution. So it is the same
/// for every attempt, which changes nothing from the second on, and another one for another
/// distribution, in the same rotation too.
struct KubernetesHook: ReloadHook {
    private let api: KubernetesAPI
    private let workload: KubernetesWorkload.Kind
    private let place: KubernetesPlace
    private let waits: Bool
    private let warnings: [Finding]

    static let descriptor = AdapterDescriptor(
        type: "kubernetes", summary: "has the pods of a workload in Kubernetes made anew",
        settings: [
            KubernetesWorkload.setting,
            SettingDescriptor(
                "wait", .boolean,
                summary: "whether the hook is done only once every pod is new; true if left out"),
        ] + KubernetesAPI.settings)

    init(
        _ target: TargetSettings, _ resolver: SecretResolver,
        folder: String = KubernetesAPI.serviceAccount
    ) async throws(AdapterError) {
        let settings = Settings(target)
        (workload, place) = try KubernetesWorkload.named(in: settings)
        waits = try settings.boolean("wait", default: true)
        api = try await KubernetesAPI(settings, resolver, folder: folder)
        warnings = resolver.findings(
            about: try settings.reference("token").map { [$0] } ?? [], for: settings.adapter)
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = warnings
        do throws(AdapterError) {
            let rights = try await api.rights(["get", "patch"], to: place)
            findings += rights
            if rights.contains(where: { $0.code.hasSuffix("-to-get") }) { return findings }
            let seen = try await api.get(KubernetesWorkload.self, place.path)
            if let obstacle = seen.obstacle {
                findings.append(
                    Finding(.problem, code: obstacle.code, message: message(obstacle.reason)))
            }
            if seen.stopsFirst {
                findings.append(
                    Finding(
                        .warning, code: "kubernetes-stops-first",
                        message: message("stops all of its pods before it makes new ones")))
            }
        } catch { findings.append(try error.finding()) }
        return findings
    }

    func reload(_ context: ReloadContext) async throws(AdapterError) {
        let moment = context.since.rfc3339Milliseconds
        let restart = KubernetesRestart(for: context.client)
        let seen = try await api.get(KubernetesWorkload.self, place.path)
        try refuse(seen.obstacle)
        if seen.moment(of: restart) == moment { return try assertRolledOut(seen) }
        let changed = try await api.patch(
            KubernetesWorkload.self, place.path, .strategic, restart.patch(moment))
        do throws(AdapterError) {
            try refuse(changed.obstacle)
            guard changed.moment(of: restart) == moment else {
                throw failure("not-as-written", "the cluster dropped the annotation")
            }
            try assertRolledOut(changed)
        } catch {
            // The restart was asked for, whatever keeps it from its end.
            throw error.leavingDoubt
        }
    }

    private func assertRolledOut(_ seen: KubernetesWorkload) throws(AdapterError) {
        guard waits, let lack = seen.lack(as: workload) else { return }
        throw failure("rolling-out", lack)
    }

    private func refuse(_ obstacle: (code: String, reason: String)?) throws(AdapterError) {
        guard let obstacle else { return }
        throw AdapterError(.refused, code: obstacle.code, message: message(obstacle.reason))
    }

    private func failure(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .unavailable(retryAfter: nil), code: "kubernetes-\(code)", message: message(reason))
    }

    private func message(_ reason: String) -> String {
        "kubernetes: \(workload.rawValue)/\(place.name) \(reason)"
    }
}
