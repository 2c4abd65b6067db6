import RotationCore

/// A server that a program of the user's own administers.
enum ExecServer {
    static let shapes: [ServerCapabilities.Shape] = [.list, .twoSlots, .single]

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "a server that a program of yours administers",
        settings: ExecProgram.settings + DeclaredProbe.settings + [
            DeclaredCapabilities.setting(shapes)
        ])

    /// The server of `plan`.
    static func server(of plan: Plan, _ parts: ServerParts) async throws(AdapterError)
        -> DeclaredServer
    {
        let settings = Settings(plan.server)
        return DeclaredServer(
            backend: ExecBackend(
                program: try await ExecProgram(settings, parts), clientID: plan.clientID.rawValue),
            probe: try DeclaredProbe.read(settings, plan, parts),
            capabilities: try DeclaredCapabilities.read(settings, shapes), now: parts.now)
    }
}
