import RotationCore

/// A server that a program of the user's own administers.
enum ExecServer {
    static let shapes: [ServerCapabilities.Shape] = [.list, .twoSlots, .single]

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "a server that a program of yours administers",
        settings: [
            SettingDescriptor(
                "command", .texts, required: true,
                summary: "the program and its arguments, one text each; there is no shell"),
            SettingDescriptor(
                "timeout", .span,
                summary: "how long one call may take before it is killed; 30s if left out"),
            SettingDescriptor(
                "token", .reference, summary: "a secret that the program gets with each call"),
        ] + DeclaredProbe.settings + [DeclaredCapabilities.setting(shapes)])

    /// The server of `plan`.
    static func server(of plan: Plan, _ parts: ServerParts) async throws(AdapterError)
        -> DeclaredServer
    {
        let settings = Settings(plan.server)
        guard let command = try settings.texts("command"), let first = command.first,
            first.hasPrefix("/") || (!first.isEmpty && !first.contains("/")),
            !command.contains(where: { $0.utf8.contains(0) })
        else { throw settings.invalid("command", "is neither a name nor an absolute path") }
        let reference = try settings.reference("token")
        var token: ClientSecret?
        if let reference { token = try await parts.resolver.resolve(reference, for: "exec") }
        return DeclaredServer(
            backend: ExecBackend(
                command: command, timeout: try settings.span("timeout", default: .seconds(30)),
                clientID: plan.clientID.rawValue, token: token,
                tokenFindings: parts.resolver.findings(
                    about: [reference].compactMap { $0 }, for: "exec")),
            probe: try DeclaredProbe.read(settings, plan, parts),
            capabilities: try DeclaredCapabilities.read(settings, shapes), now: parts.now)
    }
}
